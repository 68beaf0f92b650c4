// Package metrics counts what a mock does and exposes the counts to Prometheus.
package metrics

import (
	"net/http"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/unleash-mock/unleash-mock/internal/memlimit"
	"github.com/unleash-mock/unleash-mock/internal/traffic"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/workspace"
)

// Path is the path where Unleash exposes its metrics.
const Path = "/internal-backstage/prometheus"

// other is the label for requests outside the operations of the API.
const other = "none"

// Metrics counts requests in all workspaces, including removed ones. It is safe for
// concurrent use.
type Metrics struct {
	operations map[string]*operation // by operationId; "" for everything else
	violations *prometheus.CounterVec
	totals     map[traffic.Outcome]*atomic.Int64 // of violations
	pairs      atomic.Int64                      // of an operation and a status that were counted
	registry   *prometheus.Registry
}

// statuses is the limit of statuses that are counted; 0 is a connection that was reset.
const statuses = 1000

// operation holds the counts of an operation, which is looked up once per request.
type operation struct {
	label     string
	durations prometheus.Observer
	requests  [statuses]atomic.Uint64
}

// New returns metrics about the operations and the workspaces. All are labelled with the
// name of the process, if it has one.
func New(operationIDs []string, workspaces *workspace.Registry, version, instance string) *Metrics {
	durations := prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name:    "unleash_mock_request_duration_seconds",
		Help:    "Response times, delays by rules included.",
		Buckets: []float64{.00005, .0001, .00025, .0005, .001, .0025, .005, .01, .05, .1, .5, 1, 5, 10},
	}, []string{"operation"})
	m := &Metrics{
		operations: map[string]*operation{"": {label: other, durations: durations.WithLabelValues(other)}},
		violations: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "unleash_mock_violations_total",
			Help: "Violations of the contract, by outcome.",
		}, []string{"operation", "direction", "outcome"}),
		totals:   map[traffic.Outcome]*atomic.Int64{},
		registry: prometheus.NewRegistry(),
	}
	for _, outcome := range []traffic.Outcome{traffic.Refused, traffic.Accepted, traffic.Replaced, traffic.Forced, traffic.Passed} {
		m.totals[outcome] = new(atomic.Int64)
	}
	for _, id := range operationIDs {
		m.operations[id] = &operation{label: id, durations: durations.WithLabelValues(id)}
	}
	build := prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "unleash_mock_build_info", Help: "The version of the mock; always 1.", ConstLabels: prometheus.Labels{"version": version},
	}, func() float64 { return 1 })
	labels := prometheus.Labels{}
	if instance != "" {
		labels["instance"] = instance
	}
	prometheus.WrapRegistererWith(labels, m.registry).MustRegister(durations, m.violations, build, requestCounts{m}, stateSizes{workspaces}, storeCounts{workspaces},
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// Observe counts an exchange. It costs a lookup and two additions.
func (m *Metrics) Observe(operationID string, status int, duration time.Duration, breaches []traffic.Violation) {
	counts := m.operations[operationID]
	if counts == nil {
		counts = m.operations[""]
	}
	if status >= 0 && status < statuses && counts.requests[status].Add(1) == 1 {
		m.pairs.Add(1)
	}
	counts.durations.Observe(duration.Seconds())
	for _, breach := range breaches {
		m.violations.WithLabelValues(counts.label, string(breach.Direction), string(breach.Outcome)).Inc()
		if total := m.totals[breach.Outcome]; total != nil {
			total.Add(1)
		}
	}
}

// The memory that an answer takes for each operation and for each status of one, as measured.
const (
	perOperation = 4 << 10
	perPair      = 1 << 10
)

// AnswerBytes estimates the memory that an answer of Handler takes until it is sent.
func (m *Metrics) AnswerBytes() int64 {
	return perOperation*int64(len(m.operations)) + perPair*m.pairs.Load()
}

// Violations returns the number of violations for each outcome.
func (m *Metrics) Violations() map[string]int64 {
	out := map[string]int64{}
	for outcome, total := range m.totals {
		out[string(outcome)] = total.Load()
	}
	return out
}

// Handler answers in the formats that Prometheus reads.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{Registry: m.registry})
}

// requestCounts collects the counts of Observe.
type requestCounts struct{ *Metrics }

var requests = prometheus.NewDesc("unleash_mock_requests_total",
	"Requests by operation and status; 0 is a connection that a rule reset.", []string{"operation", "status"}, nil)

// Describe implements prometheus.Collector.
func (c requestCounts) Describe(out chan<- *prometheus.Desc) { out <- requests }

// Collect implements prometheus.Collector.
func (c requestCounts) Collect(out chan<- prometheus.Metric) {
	for _, counts := range c.operations {
		for status := range counts.requests {
			if count := counts.requests[status].Load(); count > 0 {
				out <- prometheus.MustNewConstMetric(requests, prometheus.CounterValue, float64(count), counts.label, strconv.Itoa(status))
			}
		}
	}
}

// stateSizes collects what the workspaces currently hold.
type stateSizes struct{ *workspace.Registry }

var (
	present = prometheus.NewDesc("unleash_mock_workspaces", "Workspaces that exist.", nil, nil)
	made    = prometheus.NewDesc("unleash_mock_workspaces_made_total", "Workspaces created, not counting the first one.", nil, nil)
	evicted = prometheus.NewDesc("unleash_mock_workspaces_evicted_total", "Workspaces removed because they were idle or because their memory was needed.", nil, nil)
	rows    = prometheus.NewDesc("unleash_mock_rows", "Rows of the state's tables in all workspaces.", []string{"table"}, nil)
	active  = prometheus.NewDesc("unleash_mock_rules", "Rules in force in all workspaces.", nil, nil)
	bytes   = prometheus.NewDesc("unleash_mock_bytes", "Estimated memory of all workspaces together.", nil, nil)
	kept    = prometheus.NewDesc("unleash_mock_journal_exchanges", "Exchanges kept in the journals.", nil, nil)

	inFlight = prometheus.NewDesc("unleash_mock_in_flight_bytes", "Estimated memory reserved for requests, or for large answers and states, in flight.", []string{"budget"}, nil)
	waits    = prometheus.NewDesc("unleash_mock_in_flight_waits_total", "Reservations of memory that had to wait.", []string{"budget"}, nil)
	closed   = prometheus.NewDesc("unleash_mock_in_flight_closed_total", "Requests whose connections were closed because others waited for their memory.", []string{"budget"}, nil)
)

// Describe implements prometheus.Collector.
func (c stateSizes) Describe(out chan<- *prometheus.Desc) {
	for _, desc := range []*prometheus.Desc{present, made, evicted, rows, active, bytes, kept, inFlight, waits, closed} {
		out <- desc
	}
}

// Collect implements prometheus.Collector.
func (c stateSizes) Collect(out chan<- prometheus.Metric) {
	sizes, tables := map[*prometheus.Desc]int{}, map[string]int{}
	for _, w := range c.List() {
		instance := w.Instance()
		for table, count := range instance.Store.Counts() {
			tables[table] += count
		}
		sizes[active] += len(instance.Rules.List())
		sizes[kept] += w.Journal.Stats().Kept
	}
	for table, count := range tables {
		out <- prometheus.MustNewConstMetric(rows, prometheus.GaugeValue, float64(count), table)
	}
	stats := c.Stats()
	sizes[present] = stats.Present
	for desc, size := range sizes {
		out <- prometheus.MustNewConstMetric(desc, prometheus.GaugeValue, float64(size))
	}
	out <- prometheus.MustNewConstMetric(bytes, prometheus.GaugeValue, float64(c.TotalBytes()))
	out <- prometheus.MustNewConstMetric(made, prometheus.CounterValue, float64(stats.Made))
	out <- prometheus.MustNewConstMetric(evicted, prometheus.CounterValue, float64(stats.Evicted))
	for name, budget := range map[string]*memlimit.Budget{"requests": c.Requests, "answers": c.Answers} {
		stats := budget.Stats()
		out <- prometheus.MustNewConstMetric(inFlight, prometheus.GaugeValue, float64(stats.Bytes), name)
		out <- prometheus.MustNewConstMetric(waits, prometheus.CounterValue, float64(stats.Waits), name)
		out <- prometheus.MustNewConstMetric(closed, prometheus.CounterValue, float64(stats.Closed), name)
	}
}
