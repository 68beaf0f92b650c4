package proxy

import "time"

// SetDrain sets how long Close waits for the judges, which a machine that is busy
// with other tests may need longer for.
func (p *Proxy) SetDrain(time time.Duration) { p.options.Drain = time }
