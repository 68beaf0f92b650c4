package proxy

import "time"

// SetDrain sets how long Close waits for the judges. They may need longer on a machine that is
// busy with other tests.
func (p *Proxy) SetDrain(time time.Duration) { p.options.Drain = time }
