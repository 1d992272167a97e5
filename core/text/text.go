// Package text writes messages. It stands in for fmt, whose reflection would add some 80 KB to the download, and knows the
// verbs and types that messages need:
//
//	%d  int, int32, int64, uint64        %q  string, []string, error, Stringer; %.60q at most so many characters
//	%g  float64, float32; %.4g           %s  string, error, Stringer
//	%v  all of these, bool, []int        %#x int, int32, uint64, uint8, as 0x1f
//
// What fmt writes for them, [Sprintf] writes too. A type of another kind would come out as "?"; tests/messages looks at
// every call in the programs that are shipped and refuses one.
package text

import (
	"strconv"
	"strings"
)

// Stringer is fmt's: named types of strings have the method so that they can be written.
type Stringer interface{ String() string }

// Sprintf writes arguments into the places of a format, as fmt.Sprintf does.
func Sprintf(format string, arguments ...any) string {
	out := make([]byte, 0, len(format)+16*len(arguments))
	for {
		literal, rest, found := strings.Cut(format, "%")
		out = append(out, literal...)
		if !found {
			return string(out)
		}
		p := readPlace(rest)
		format = rest[p.length:]
		if p.verb == '%' {
			out = append(out, '%')
			continue
		}
		if len(arguments) == 0 {
			return string(append(out, "%!"+string(p.verb)+"(MISSING)"...))
		}
		out = p.write(out, arguments[0])
		arguments = arguments[1:]
	}
}

// Error is an error that is nothing but its message.
type Error string

func (e Error) Error() string { return string(e) }

// Errorf writes an [Error].
func Errorf(format string, arguments ...any) error { return Error(Sprintf(format, arguments...)) }

// place is what stands behind a percent sign.
type place struct {
	verb      byte
	precision int // -1: none
	length    int // of its text
}

func readPlace(text string) place {
	p := place{verb: '%', precision: -1}
	for p.length < len(text) {
		c := text[p.length]
		p.length++
		switch {
		case c == '#':
		case c == '.':
			p.precision = 0
		case c >= '0' && c <= '9' && p.precision >= 0:
			p.precision = 10*p.precision + int(c-'0')
		default:
			p.verb = c
			return p
		}
	}
	return p
}

func (p place) write(out []byte, argument any) []byte {
	switch v := argument.(type) {
	case int:
		return p.integer(out, int64(v))
	case int32:
		return p.integer(out, int64(v))
	case int64:
		return p.integer(out, v)
	case uint8:
		return p.integer(out, int64(v))
	case uint64:
		return strconv.AppendUint(out, v, 10)
	case float64:
		return strconv.AppendFloat(out, v, 'g', p.precision, 64)
	case float32:
		return strconv.AppendFloat(out, float64(v), 'g', p.precision, 32)
	case bool:
		return strconv.AppendBool(out, v)
	case string:
		return p.words(out, v)
	case error:
		return p.words(out, v.Error())
	case Stringer:
		return p.words(out, v.String())
	case []int:
		return list(out, v, p.write)
	case []int32:
		return list(out, v, p.write)
	case []string:
		return list(out, v, p.write)
	}
	return append(out, '?')
}

func (p place) integer(out []byte, n int64) []byte {
	if p.verb == 'x' {
		return strconv.AppendInt(append(out, "0x"...), n, 16)
	}
	return strconv.AppendInt(out, n, 10)
}

func (p place) words(out []byte, s string) []byte {
	if p.precision >= 0 {
		s = first(s, p.precision)
	}
	if p.verb == 'q' {
		return strconv.AppendQuote(out, s)
	}
	return append(out, s...)
}

// first is at most n characters of s.
func first(s string, n int) string {
	for at := range s {
		if n == 0 {
			return s[:at]
		}
		n--
	}
	return s
}

func list[E any](out []byte, elements []E, write func([]byte, any) []byte) []byte {
	out = append(out, '[')
	for i, e := range elements {
		if i > 0 {
			out = append(out, ' ')
		}
		out = write(out, e)
	}
	return append(out, ']')
}
