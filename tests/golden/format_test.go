// Package golden holds what PyTorch computed, and checks that the float64 equations of core/reference compute the same.
package golden

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"

	"github.com/unfold-rnn/unfold/core/reference"
)

// tolerance is a fraction of the largest element of the tensor that is judged. Both sides are float64; what is left is
// the order of the sums.
const tolerance = 1e-10

// tensor is row-major.
type tensor struct {
	Shape []int     `json:"shape"`
	Data  []float64 `json:"data"`
}

// row gives the vector at the leading indices.
func (t tensor) row(indices ...int) *mat.VecDense {
	return mat.NewVecDense(len(t.rowData(indices...)), t.rowData(indices...))
}

func (t tensor) rowData(indices ...int) []float64 {
	length := t.Shape[len(t.Shape)-1]
	at := 0
	for k, i := range indices {
		at = at*t.Shape[k] + i
	}
	return t.Data[at*length : (at+1)*length]
}

type parameter struct {
	Name  string `json:"name"`
	Shape []int  `json:"shape"`
}

// header is what every file says of itself.
type header struct {
	Format  int    `json:"format"`
	Torch   string `json:"torch"`
	Date    string `json:"date"`
	Formula string `json:"formula"`
}

// read loads the cases of one file, and makes sure that it says where it comes from.
func read[Case any](t *testing.T, name string) []Case {
	t.Helper()
	text, err := os.ReadFile(name)
	require.NoError(t, err)
	var file struct {
		header
		Cases []Case `json:"cases"`
	}
	require.NoError(t, json.Unmarshal(text, &file), name)
	require.Equal(t, 1, file.Format, name)
	require.NotEmpty(t, file.Torch, name)
	require.Regexp(t, `^\d{4}-\d\d-\d\d$`, file.Date, name)
	require.Equal(t, "0.4*sin(1 + 3*i + 7*k) + 0.2*cos((2*i*i mod 1009) + k)", file.Formula, name)
	require.NotEmpty(t, file.Cases, name)
	return file.Cases
}

// fill gives the reference's parameters the formula's values, after checking that both list the same ones.
func fill(t *testing.T, want []parameter, parameters []reference.Parameter) {
	t.Helper()
	order := map[string]int{}
	for k, p := range want {
		order[p.Name] = k
	}
	require.Len(t, parameters, len(want))
	for _, p := range parameters {
		k, ok := order[p.Name]
		require.True(t, ok, "%s is not among the golden's parameters", p.Name)
		count := 1
		for _, n := range want[k].Shape {
			count *= n
		}
		require.Len(t, p.Value, count, p.Name)
		for i := range p.Value {
			p.Value[i] = 0.4*math.Sin(float64(1+3*i+7*k)) + 0.2*math.Cos(float64((2*i*i)%1009+k))
		}
	}
}

// agree wants every element within the tolerance times the largest of the wanted ones.
func agree(t *testing.T, what string, want, got []float64) {
	t.Helper()
	require.Len(t, got, len(want), what)
	var largest float64
	for _, w := range want {
		largest = math.Max(largest, math.Abs(w))
	}
	for i, w := range want {
		if d := math.Abs(got[i] - w); !(d <= tolerance*largest) {
			t.Errorf("%s[%d] is %v, want %v (largest %v)", what, i, got[i], w, largest)
			return
		}
	}
}

func agreeGradients(t *testing.T, want map[string]tensor, parameters []reference.Parameter) {
	t.Helper()
	require.Len(t, parameters, len(want))
	for _, p := range parameters {
		require.Contains(t, want, p.Name)
		require.NotZero(t, largest(want[p.Name].Data), "%s: PyTorch's gradient is zero and shows nothing", p.Name)
		agree(t, "gradient of "+p.Name, want[p.Name].Data, p.Gradient)
	}
}

func largest(values []float64) (top float64) {
	for _, v := range values {
		top = math.Max(top, math.Abs(v))
	}
	return top
}

func TestEveryGoldenIsChecked(t *testing.T) {
	files, err := filepath.Glob("*.json")
	require.NoError(t, err)
	tests, err := filepath.Glob("*_test.go")
	require.NoError(t, err)
	var source strings.Builder
	for _, name := range tests {
		text, err := os.ReadFile(name)
		require.NoError(t, err)
		source.Write(text)
	}
	require.NotEmpty(t, files)
	for _, name := range files {
		if name == "golden.schema.json" { // for others; tests/node/golden-schema.test.ts reads it
			continue
		}
		require.True(t, strings.Contains(source.String(), `"`+name+`"`), "no test reads %s", name)
	}
}
