package metrics

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/unleash-mock/unleash-mock/mockserver/internal/workspace"
)

// storeCounts collects figures about the store of workspaces; nothing without one.
type storeCounts struct{ *workspace.Registry }

var (
	storeUp         = prometheus.NewDesc("unleash_mock_store_up", "Whether the store accepts changes: 1, or 0 while it is down.", nil, nil)
	storeUnwritten  = prometheus.NewDesc("unleash_mock_store_unwritten_workspaces", "Workspaces with changes that are not stored yet.", nil, nil)
	storeWrites     = prometheus.NewDesc("unleash_mock_store_writes_total", "Workspaces written.", nil, nil)
	storeLost       = prometheus.NewDesc("unleash_mock_store_lost_total", "Workspaces whose latest changes were lost because another process had written them or memory was short.", nil, nil)
	storeDamaged    = prometheus.NewDesc("unleash_mock_store_damaged_total", "Stored workspaces that could not be read and were set aside.", nil, nil)
	storeHandedOver = prometheus.NewDesc("unleash_mock_store_handed_over_total", "Workspaces handed over to another process that asked for them.", nil, nil)
)

// Describe implements prometheus.Collector.
func (c storeCounts) Describe(out chan<- *prometheus.Desc) {
	for _, desc := range []*prometheus.Desc{storeUp, storeUnwritten, storeWrites, storeLost, storeDamaged, storeHandedOver} {
		out <- desc
	}
}

// Collect implements prometheus.Collector.
func (c storeCounts) Collect(out chan<- prometheus.Metric) {
	stats, has := c.StoreStats()
	if !has {
		return
	}
	up := 1.0
	if stats.Problem != "" {
		up = 0
	}
	out <- prometheus.MustNewConstMetric(storeUp, prometheus.GaugeValue, up)
	out <- prometheus.MustNewConstMetric(storeUnwritten, prometheus.GaugeValue, float64(stats.Unwritten))
	for desc, count := range map[*prometheus.Desc]int64{
		storeWrites: stats.Writes, storeLost: stats.Lost, storeDamaged: stats.Damaged, storeHandedOver: stats.HandedOver,
	} {
		out <- prometheus.MustNewConstMetric(desc, prometheus.CounterValue, float64(count))
	}
}
