// Package clock tells how much time has passed. Package time does so too, and brings 50 KB of calendars, time zones and settings with
// it into the download.
package clock

import _ "unsafe" // for go:linkname

// nanotime is the runtime's monotonic clock. The runtime keeps it open to other packages by a linkname of its own, for many use it.
//
//go:linkname nanotime runtime.nanotime
func nanotime() int64

// Now is the number of seconds since a moment that stays the same as long as the program runs.
func Now() float64 { return float64(nanotime()) / 1e9 }
