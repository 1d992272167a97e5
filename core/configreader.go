package core

import (
	"math"
	"slices"
	"strconv"
	"strings"
)

// configReader walks over the JSON of a config, token by token. The first fault is kept; after it nothing is taken any
// more and every value is zero.
type configReader struct {
	text string
	at   int
	err  error
}

func (r *configReader) failf(format string, arguments ...any) {
	if r.err == nil {
		r.err = Errorf(CodeFormat, "rnn.config: "+format, arguments...)
	}
}

// wanted refuses what stands next.
func (r *configReader) wanted(path, what string) {
	if path == "" {
		path = "the config"
	}
	next := "the end"
	if r.at < len(r.text) {
		next = strconv.Quote(r.text[r.at:min(len(r.text), r.at+12)])
	}
	r.failf("byte %d: %s is %s, want %s", r.at, path, next, what)
}

func (r *configReader) space() {
	for r.at < len(r.text) && strings.IndexByte(" \t\n\r", r.text[r.at]) >= 0 {
		r.at++
	}
}

// next takes the mark if it is the next token.
func (r *configReader) next(mark string) bool {
	if r.err != nil {
		return false
	}
	r.space()
	if !strings.HasPrefix(r.text[r.at:], mark) {
		return false
	}
	r.at += len(mark)
	return true
}

// elements takes what stands between two marks, with commas between.
func (r *configReader) elements(path, open, end string, element func()) {
	if !r.next(open) {
		r.wanted(path, open)
		return
	}
	if r.next(end) {
		return
	}
	for r.err == nil {
		element()
		if r.next(end) {
			return
		}
		if !r.next(",") {
			r.wanted(path, `"," or "`+end+`" next`)
		}
	}
}

// object takes an object of these members and says which were there.
func (r *configReader) object(path string, members map[string]func(path string)) map[string]bool {
	given := map[string]bool{}
	r.elements(path, "{", "}", func() {
		name := r.word(path)
		if !r.next(":") {
			r.wanted(path, `":" behind a name`)
		}
		if r.err != nil {
			return
		}
		full := strings.TrimPrefix(path+"."+name, ".")
		member, known := members[name]
		switch {
		case !known:
			var names []string
			for known := range members {
				names = append(names, known)
			}
			slices.Sort(names)
			r.failf("%q is not an option; want one of %q", full, names)
		case given[name]:
			r.failf("%q stands there twice", full)
		default:
			given[name] = true
			member(full)
		}
	})
	return given
}

// mostLayers bounds a list before validate has seen it.
const mostLayers = 1 << 10

func (r *configReader) array(path string, element func(path string)) {
	k := 0
	r.elements(path, "[", "]", func() {
		if k == mostLayers {
			r.failf("%s has more than %d entries", path, mostLayers)
			return
		}
		element(path + "[" + strconv.Itoa(k) + "]")
		k++
	})
}

// word takes a string; no option has one that needs escapes.
func (r *configReader) word(path string) string {
	if !r.next(`"`) {
		r.wanted(path, "a string")
		return ""
	}
	length := strings.IndexAny(r.text[r.at:], "\"\\\n")
	if length < 0 || length > 64 || r.text[r.at+length] != '"' {
		r.wanted(path, "a name of plain letters")
		return ""
	}
	word := r.text[r.at:][:length]
	r.at += length + 1
	return word
}

func (r *configReader) boolean(path string) bool {
	switch {
	case r.next("true"):
		return true
	case r.next("false"):
	default:
		r.wanted(path, "true or false")
	}
	return false
}

// figure takes the characters of a number, as JSON writes it.
func (r *configReader) figure(path string) string {
	if r.err != nil {
		return ""
	}
	r.space()
	start := r.at
	for r.at < len(r.text) && strings.IndexByte("+-.0123456789eE", r.text[r.at]) >= 0 {
		r.at++
	}
	figure := r.text[start:r.at]
	digits := strings.TrimPrefix(figure, "-")
	leading := len(digits) > 1 && digits[0] == '0' && digits[1] != '.' && digits[1]|0x20 != 'e'
	if digits == "" || digits[0] < '0' || digits[0] > '9' || leading || strings.HasSuffix(digits, ".") {
		r.at = start
		r.wanted(path, "a number")
		return ""
	}
	return figure
}

func (r *configReader) number(path string) float64 {
	figure := r.figure(path)
	if r.err != nil {
		return 0
	}
	x, err := strconv.ParseFloat(figure, 64)
	if err != nil {
		r.failf("%s is %.40q, want a number", path, figure)
	}
	return x
}

// whole takes an integer, 0 or more, however JSON writes it.
func (r *configReader) whole(path string) uint64 {
	figure := r.figure(path)
	if n, err := strconv.ParseUint(figure, 10, 64); err == nil || r.err != nil {
		return n
	}
	x, err := strconv.ParseFloat(figure, 64)
	if err != nil || x != math.Trunc(x) || x < 0 || x > 1<<53 {
		r.failf("%s is %.40q, want an integer, 0 or more", path, figure)
		return 0
	}
	return uint64(x)
}

// count takes an integer that is small enough for validate to judge; what is given must not be 0, which stands for absent.
func (r *configReader) count(path string) int {
	n := r.whole(path)
	if r.err == nil && (n == 0 || n > 1<<53) {
		r.failf("%s is %d, want 1 … %d", path, n, largestExtent)
		return 0
	}
	return int(n)
}
