package asm

import (
	"fmt"
	"path/filepath"
	"runtime"
	"strings"
)

// fault makes an error that begins with the file and line of the nearest caller outside this package.
func fault(format string, args ...any) error {
	return fmt.Errorf(callSite()+": "+format, args...)
}

const packagePath = "github.com/unfold-rnn/unfold/wasm/asm."

func callSite() string {
	var counters [32]uintptr
	frames := runtime.CallersFrames(counters[:runtime.Callers(2, counters[:])])
	for {
		frame, more := frames.Next()
		// The package's own tests are callers too.
		if !strings.HasPrefix(frame.Function, packagePath) || strings.HasSuffix(frame.File, "_test.go") {
			return fmt.Sprintf("%s:%d", filepath.Base(frame.File), frame.Line)
		}
		if !more {
			return "unknown caller"
		}
	}
}
