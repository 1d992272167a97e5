// Package jsbridge shows the engine to JavaScript. It is the only package that imports syscall/js.
//
// [Serve] hands a table of functions to the host: plain objects and typed arrays in, plain objects and typed
// arrays out, each call synchronous. A call that is refused answers { error: { code, message } } and has changed
// nothing. Whatever the host gives is checked here by name, type and range, unknown names included; what the
// figures mean is checked by core. No JavaScript value is kept between calls, no function calls back.
package jsbridge
