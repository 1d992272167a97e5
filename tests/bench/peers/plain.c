/*
 * W3 and W5 as one would write them in C: loops over rows, no libraries, no intrinsics; the compiler makes vectors of them.
 * Reads lines from standard input and answers with a line each:
 *
 *     open W3      ->  <detail> | <loss of the first step>
 *     run W3 0.5   ->  <steps> <seconds> <last loss>
 *
 * Weights are stored [in, out], so that a product adds rows and its transpose takes dot products of rows.
 */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { V = 65, T = 25, H3 = 100, H5 = 256 };

static uint32_t lcg;

static double uniform(void) {
  lcg = lcg * 1664525u + 1013904223u;
  return lcg / 4294967296.0;
}

static void ids(int *to, int count) {
  lcg = 1;
  for (int i = 0; i < count; i++) to[i] = (int)(uniform() * V);
}

static void fill(float *w, int count, double bound) {
  for (int i = 0; i < count; i++) w[i] = (float)((2 * uniform() - 1) * bound);
}

/* y += x W for x [m], W [m, n]. */
static void add_product(float *restrict y, const float *restrict x, const float *restrict w, int m, int n) {
  for (int i = 0; i < m; i++)
    for (int j = 0; j < n; j++) y[j] += x[i] * w[i * n + j];
}

/* x += W y for W [m, n]. */
static void add_transposed(float *restrict x, const float *restrict w, const float *restrict y, int m, int n) {
  for (int i = 0; i < m; i++) {
    float sum = 0;
#pragma omp simd reduction(+ : sum)
    for (int j = 0; j < n; j++) sum += w[i * n + j] * y[j];
    x[i] += sum;
  }
}

/* dW += xᵀ y. */
static void add_outer(float *restrict dw, const float *restrict x, const float *restrict y, int m, int n) {
  for (int i = 0; i < m; i++)
    for (int j = 0; j < n; j++) dw[i * n + j] += x[i] * y[j];
}

static void softmax(float *x, int n) {
  float high = x[0], sum = 0;
  for (int i = 1; i < n; i++) high = x[i] > high ? x[i] : high;
  for (int i = 0; i < n; i++) sum += x[i] = expf(x[i] - high);
  for (int i = 0; i < n; i++) x[i] /= sum;
}

/* W3: a(t) = b + U x(t) + W h(t-1), h = tanh a, softmax of c + V h; BPTT over T steps, Adagrad. */
struct rnn_tensors {
  float u[V * H3], w[H3 * H3], b[H3], v[H3 * V], c[V];
};
static struct rnn_tensors p3, d3, sum3;
static float h3[T + 1][H3], y3[T][V];
static int text[T + 1];

static double rnn_forward(void) {
  double loss = 0;
  memset(h3[0], 0, sizeof h3[0]);
  for (int t = 0; t < T; t++) {
    float *h = h3[t + 1];
    for (int j = 0; j < H3; j++) h[j] = p3.b[j] + p3.u[text[t] * H3 + j];
    add_product(h, h3[t], p3.w, H3, H3);
    for (int j = 0; j < H3; j++) h[j] = tanhf(h[j]);
    memcpy(y3[t], p3.c, sizeof p3.c);
    add_product(y3[t], h, p3.v, H3, V);
    softmax(y3[t], V);
    loss -= log(y3[t][text[t + 1]]);
  }
  return loss / T;
}

static void rnn_backward(void) {
  float next[H3] = {0};
  memset(&d3, 0, sizeof d3);
  for (int t = T - 1; t >= 0; t--) {
    float *dy = y3[t], *h = h3[t + 1], da[H3];
    dy[text[t + 1]] -= 1;
    for (int k = 0; k < V; k++) dy[k] /= T;
    add_outer(d3.v, h, dy, H3, V);
    for (int k = 0; k < V; k++) d3.c[k] += dy[k];
    add_transposed(next, p3.v, dy, H3, V);
    for (int j = 0; j < H3; j++) {
      da[j] = (1 - h[j] * h[j]) * next[j];
      d3.b[j] += da[j];
      d3.u[text[t] * H3 + j] += da[j];
      next[j] = 0;
    }
    add_outer(d3.w, h3[t], da, H3, H3);
    add_transposed(next, p3.w, da, H3, H3);
  }
}

static void adagrad(void) {
  float *restrict w = (float *)&p3, *restrict g = (float *)&d3, *restrict s = (float *)&sum3;
  for (size_t i = 0; i < sizeof p3 / sizeof(float); i++) {
    s[i] += g[i] * g[i];
    w[i] -= 0.01f * g[i] / (sqrtf(s[i]) + 1e-10f);
  }
}

static double rnn_step(void) {
  double loss = rnn_forward();
  rnn_backward();
  adagrad();
  return loss;
}

/* W5: one step of an LSTM, gates i, f, g, o, and softmax of the head. */
static float u5[V * 4 * H5], w5[H5 * 4 * H5], b5[4 * H5], v5[H5 * V], c5[V], h5[H5], cell5[H5], y5[V];
static int tokens[65], at;

static double lstm_step(void) {
  float a[4 * H5];
  int x = tokens[at % 64], target = tokens[at % 64 + 1];
  at++;
  for (int j = 0; j < 4 * H5; j++) a[j] = b5[j] + u5[x * 4 * H5 + j];
  add_product(a, h5, w5, H5, 4 * H5);
  for (int j = 0; j < H5; j++) {
    float i = 1 / (1 + expf(-a[j])), f = 1 / (1 + expf(-a[H5 + j])), g = tanhf(a[2 * H5 + j]), o = 1 / (1 + expf(-a[3 * H5 + j]));
    cell5[j] = f * cell5[j] + i * g;
    h5[j] = o * tanhf(cell5[j]);
  }
  memcpy(y5, c5, sizeof c5);
  add_product(y5, h5, v5, H5, V);
  softmax(y5, V);
  return -log(y5[target]);
}

static void open_rnn(void) {
  ids(text, T + 1);
  fill((float *)&p3, sizeof p3 / sizeof(float), 0.1);
}

static void open_lstm(void) {
  ids(tokens, 65);
  fill(u5, V * 4 * H5, 1.0 / 16);
  fill(w5, H5 * 4 * H5, 1.0 / 16);
  fill(b5, 4 * H5, 1.0 / 16);
  fill(v5, H5 * V, 1.0 / 16);
}

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + 1e-9 * t.tv_nsec;
}

int main(void) {
  char command[16], workload[16];
  while (scanf("%15s %15s", command, workload) == 2) {
    int is_rnn = strcmp(workload, "W3") == 0, first = is_rnn ? 1 : 64;
    double (*step)(void) = is_rnn ? rnn_step : lstm_step;
    if (strcmp(command, "open") == 0) {
      double loss = 0;
      is_rnn ? open_rnn() : open_lstm();
      for (int i = 0; i < first; i++) loss += step() / first;
      printf("%s, 1 thread | %.9g\n", __VERSION__, loss);
    } else {
      double seconds, start = now(), elapsed, loss;
      long steps = 0;
      if (scanf("%lf", &seconds) != 1) return 1;
      do {
        for (int i = 0; i < 10; i++) loss = step();
        steps += 10;
        elapsed = now() - start;
      } while (elapsed < 0.95 * seconds);
      printf("%ld %.9g %.9g\n", steps, elapsed, loss);
    }
    fflush(stdout);
  }
  return 0;
}
