package safetensors

import (
	"strconv"
	"unicode/utf8"

	"github.com/unfold-rnn/unfold/core/checkpoint"
	"github.com/unfold-rnn/unfold/core/text"
)

// A scanner walks over the header's JSON, token by token. Its text is valid UTF-8. The first fault is kept; after it
// nothing is taken any more and every value is zero.
type scanner struct {
	text []byte
	at   int // in text
	err  *checkpoint.Error

	inTensor bool // faults are to name tensor
	tensor   string
}

// offset is the place in the file of the next byte.
func (s *scanner) offset() int { return prefix + s.at }

// failf keeps the fault at a byte of the file, if it is the first.
func (s *scanner) failf(offset int, format string, arguments ...any) {
	if s.err != nil {
		return
	}
	s.err = failf(offset, format, arguments...)
	if s.inTensor {
		s.err.Message = "tensor " + quote(s.tensor) + ": " + s.err.Message
	}
}

// wanted refuses what stands next.
func (s *scanner) wanted(what string) {
	if s.at == len(s.text) {
		s.failf(s.offset(), "byte %d: header ends, want %s", s.offset(), what)
		return
	}
	r, _ := utf8.DecodeRune(s.text[s.at:])
	s.failf(s.offset(), "byte %d: %s, want %s", s.offset(), strconv.QuoteRune(r), what)
}

func (s *scanner) space() {
	for s.at < len(s.text) {
		switch s.text[s.at] {
		case ' ', '\t', '\n', '\r':
			s.at++
		default:
			return
		}
	}
}

// next takes the mark c if it is the next token, and tells whether it was.
func (s *scanner) next(c byte) bool {
	if s.err != nil {
		return false
	}
	s.space()
	if s.at == len(s.text) || s.text[s.at] != c {
		return false
	}
	s.at++
	return true
}

// expect takes the mark c; what says c and why.
func (s *scanner) expect(c byte, what string) {
	if !s.next(c) && s.err == nil {
		s.wanted(what)
	}
}

// object walks over an object and calls member with each key and the key's offset; member takes the value.
func (s *scanner) object(what string, member func(key string, offset int)) {
	s.expect('{', what)
	if s.next('}') {
		return
	}
	for s.err == nil {
		s.space()
		offset := s.offset()
		key := s.str("a key")
		s.expect(':', "':' after a key")
		if s.err != nil {
			return
		}
		member(key, offset)
		if s.next('}') {
			return
		}
		s.expect(',', "',' or '}' after a value")
	}
}

// integer takes a number in 0..2^53 that is written without sign, point and exponent.
func (s *scanner) integer(what string) int {
	if s.err != nil {
		return 0
	}
	s.space()
	start, n := s.at, 0
	for ; s.at < len(s.text) && '0' <= s.text[s.at] && s.text[s.at] <= '9'; s.at++ {
		n = 10*n + int(s.text[s.at]-'0')
		if n > maxInteger {
			s.failf(prefix+start, "byte %d: %s is over 2^53", prefix+start, what)
			return 0
		}
	}
	switch digits := s.text[start:s.at]; {
	case len(digits) == 0:
		s.wanted(what + " (an integer, 0 or more)")
	case len(digits) > 1 && digits[0] == '0':
		s.failf(prefix+start, "byte %d: %s has a leading zero", prefix+start, what)
	case s.at < len(s.text) && (s.text[s.at] == '.' || s.text[s.at]|0x20 == 'e'):
		s.failf(prefix+start, "byte %d: %s is not written as an integer", prefix+start, what)
	}
	return n
}

// str takes a string and undoes its escapes.
func (s *scanner) str(what string) string {
	if s.err != nil {
		return ""
	}
	s.space()
	if s.at == len(s.text) || s.text[s.at] != '"' {
		s.wanted(what + " (a string)")
		return ""
	}
	s.at++
	end, escaped := s.closingQuote(what)
	if s.err != nil {
		return ""
	}
	if !escaped {
		plain := string(s.text[s.at:end])
		s.at = end + 1
		return plain
	}
	plain := make([]byte, 0, end-s.at) // no escape is shorter than what it stands for
	for s.err == nil && s.at < end {
		c := s.text[s.at]
		if c != '\\' {
			plain = append(plain, c)
			s.at++
		} else if short := shortEscapes[s.text[s.at+1]]; short != 0 {
			plain = append(plain, short)
			s.at += 2
		} else {
			plain = utf8.AppendRune(plain, s.longEscape(what))
		}
	}
	s.at++
	return string(plain)
}

// closingQuote finds the end of the string whose first character is next, and tells whether an escape comes before.
func (s *scanner) closingQuote(what string) (end int, escaped bool) {
	for i := s.at; i < len(s.text); i++ {
		switch c := s.text[i]; {
		case c == '"':
			return i, escaped
		case c == '\\':
			escaped = true
			i++
		case c < ' ':
			s.failf(prefix+i, "byte %d: control character 0x%s in %s, want an escape", prefix+i, text.Hex([]byte{c}), what)
			return 0, false
		}
	}
	s.failf(s.offset()-1, "byte %d: %s does not end", s.offset()-1, what)
	return 0, false
}
