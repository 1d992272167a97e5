package jsbridge

import "strings"

// nearest picks the candidate that is the fewest edits away from a name, ignoring case, or "" when even the best
// shares too little with it to be meant.
func nearest(name string, candidates []string) string {
	best, fewest := "", len(name)/2+1
	for _, c := range candidates {
		if d := editDistance(strings.ToLower(name), strings.ToLower(c)); d < fewest {
			best, fewest = c, d
		}
	}
	if best != "" {
		return best
	}
	for _, c := range candidates { // "hiddenSize" for "hidden"
		a, b := strings.ToLower(name), strings.ToLower(c)
		if min(len(a), len(b)) >= 3 && (strings.HasPrefix(a, b) || strings.HasPrefix(b, a)) {
			return c
		}
	}
	return ""
}

// editDistance is the number of insertions, deletions and substitutions of bytes between a and b (Levenshtein).
func editDistance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			substitute := diagonal
			if a[i] != b[j] {
				substitute++
			}
			diagonal = row[j+1]
			row[j+1] = min(substitute, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
