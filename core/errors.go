package core

import "github.com/unfold-rnn/unfold/core/text"

// Code classes an [Error]; the codes are stable and the same in Go and in JavaScript.
type Code string

const (
	CodeConfig      Code = "CONFIG"      // an option is unknown, ill-typed or contradicts another
	CodeShape       Code = "SHAPE"       // a tensor has another shape than the model wants
	CodeRange       Code = "RANGE"       // a value lies outside what is allowed
	CodeState       Code = "STATE"       // the call does not fit what the model is doing
	CodeUnsupported Code = "UNSUPPORTED" // known, but not there (yet)
	CodeMemory      Code = "MEMORY"      // it would not fit
	CodeFormat      Code = "FORMAT"      // a file is not what it should be
	CodeNumeric     Code = "NUMERIC"     // a number became infinite or NaN, or training diverged
	CodeEngine      Code = "ENGINE"      // a fault of the engine itself
)

func (c Code) String() string { return string(c) }

// Error says where something went wrong, what came and what was wanted.
type Error struct {
	Code    Code
	Message string
}

func (e *Error) Error() string { return e.Message }

// Errorf makes an [Error].
func Errorf(code Code, format string, arguments ...any) *Error {
	return &Error{code, text.Sprintf(format, arguments...)}
}
