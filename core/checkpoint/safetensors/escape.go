package safetensors

import "unicode/utf16"

// shortEscapes maps the letter of an escape of two bytes to what it stands for; 0 where there is none.
var shortEscapes = [256]byte{
	'"': '"', '\\': '\\', '/': '/', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t',
}

// longEscape takes a \u escape, or two that together are a surrogate pair; any other is refused. The string's closing
// quote has been found: it stops whatever would run on.
func (s *scanner) longEscape(what string) rune {
	start := s.offset()
	s.at++
	if s.text[s.at] != 'u' {
		s.wanted("an escape in " + what)
		return 0
	}
	s.at++
	r := s.unit(what)
	if !utf16.IsSurrogate(r) {
		return r
	}
	if s.text[s.at] == '\\' && s.text[s.at+1] == 'u' {
		s.at += 2
		if pair := utf16.DecodeRune(r, s.unit(what)); pair != '\uFFFD' {
			return pair
		}
	}
	s.failf(start, "byte %d: half of a surrogate pair in %s", start, what)
	return 0
}

// unit takes the four hexadecimal digits of a \u escape.
func (s *scanner) unit(what string) rune {
	var r rune
	for range 4 {
		c := s.text[s.at]
		switch {
		case '0' <= c && c <= '9':
			r = r<<4 | rune(c-'0')
		case 'a' <= c|0x20 && c|0x20 <= 'f':
			r = r<<4 | rune(c|0x20-'a'+10)
		default:
			s.wanted("a hexadecimal digit in " + what)
			return 0
		}
		s.at++
	}
	return r
}

// appendString writes a JSON string as the format's own writer does: short escapes where JSON has them, \u00xx for
// other control characters, all else as it is.
func appendString(out []byte, text string) []byte {
	const hex = "0123456789abcdef"
	out = append(out, '"')
	for i := range len(text) {
		switch c := text[i]; c {
		case '"', '\\':
			out = append(out, '\\', c)
		case '\b':
			out = append(out, '\\', 'b')
		case '\f':
			out = append(out, '\\', 'f')
		case '\n':
			out = append(out, '\\', 'n')
		case '\r':
			out = append(out, '\\', 'r')
		case '\t':
			out = append(out, '\\', 't')
		default:
			if c < ' ' {
				out = append(out, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
			} else {
				out = append(out, c)
			}
		}
	}
	return append(out, '"')
}
