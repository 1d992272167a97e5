package text

const digits = "0123456789abcdef"

// Hex writes bytes in hexadecimal.
func Hex(bytes []byte) string {
	out := make([]byte, 0, 2*len(bytes))
	for _, b := range bytes {
		out = append(out, digits[b>>4], digits[b&15])
	}
	return string(out)
}

// Unhex reads what [Hex] wrote; ok is false for anything else.
func Unhex(s string) (bytes []byte, ok bool) {
	if len(s)%2 != 0 {
		return nil, false
	}
	value := func(c byte) int {
		for v := range digits {
			if digits[v] == c {
				return v
			}
		}
		return -1
	}
	for ; len(s) > 0; s = s[2:] {
		high, low := value(s[0]), value(s[1])
		if high < 0 || low < 0 {
			return nil, false
		}
		bytes = append(bytes, byte(high<<4|low))
	}
	return bytes, true
}
