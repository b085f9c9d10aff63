// SHA-256 (FIPS 180-4): a portable compression function, and one over the SHA-NI instructions that
// runs two independent messages at once where it can, since each instruction waits for the one
// before it and two streams fill the gaps.

#include "sha256_blocks.h"

#include <string.h>

static const uint32_t round_constants[64] __attribute__((aligned(64))) = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

static const uint32_t initial_state[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                          0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};

// A node's message is a tag, two digests (65 bytes) and padding: two blocks of eight words of
// 64 bits. Taken from host-order words, no byte order comes into it.
static inline void node_message(uint64_t message[16], const uint64_t *pair) {
  message[0] = (uint64_t)1 << 56 | pair[0] >> 8;
  for (int i = 1; i < 8; i++) message[i] = pair[i - 1] << 56 | pair[i] >> 8;
  message[8] = pair[7] << 56 | (uint64_t)0x80 << 48;
  for (int i = 9; i < 15; i++) message[i] = 0;
  message[15] = 65 * 8;
}

static inline uint32_t rotate(uint32_t x, int n) { return x >> n | x << (32 - n); }

static void compress_portable(uint32_t state[8], uint32_t w[64]) {
  for (int t = 16; t < 64; t++) {
    uint32_t s0 = rotate(w[t - 15], 7) ^ rotate(w[t - 15], 18) ^ w[t - 15] >> 3;
    uint32_t s1 = rotate(w[t - 2], 17) ^ rotate(w[t - 2], 19) ^ w[t - 2] >> 10;
    w[t] = w[t - 16] + s0 + w[t - 7] + s1;
  }
  uint32_t a = state[0], b = state[1], c = state[2], d = state[3];
  uint32_t e = state[4], f = state[5], g = state[6], h = state[7];
  for (int t = 0; t < 64; t++) {
    uint32_t t1 = h + (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) + (g ^ (e & (f ^ g))) +
                  round_constants[t] + w[t];
    uint32_t t2 = (rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) + ((a & b) | (c & (a | b)));
    h = g, g = f, f = e, e = d + t1, d = c, c = b, b = a, a = t1 + t2;
  }
  state[0] += a, state[1] += b, state[2] += c, state[3] += d;
  state[4] += e, state[5] += f, state[6] += g, state[7] += h;
}

void freehold_sha256_blocks_portable(uint32_t state[8], const uint8_t *data, size_t blocks) {
  uint32_t w[64];
  for (; blocks > 0; blocks--, data += 64) {
    for (int t = 0; t < 16; t++) {
      const uint8_t *p = data + 4 * t;
      w[t] = (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
    }
    compress_portable(state, w);
  }
}

void freehold_sha256_nodes_portable(
    uint64_t *parents, const uint64_t *children, const uint32_t *which, size_t count) {
  for (size_t n = 0; n < count; n++) {
    size_t i = which ? which[n] : n;
    uint64_t message[16];
    uint32_t state[8], w[64];
    node_message(message, children + 8 * i);
    memcpy(state, initial_state, sizeof state);
    for (int block = 0; block < 2; block++) {
      for (int t = 0; t < 8; t++) {
        w[2 * t] = (uint32_t)(message[8 * block + t] >> 32);
        w[2 * t + 1] = (uint32_t)message[8 * block + t];
      }
      compress_portable(state, w);
    }
    for (int t = 0; t < 4; t++) {
      parents[4 * i + t] = (uint64_t)state[2 * t] << 32 | state[2 * t + 1];
    }
  }
}

#if defined(__x86_64__)

#include <cpuid.h>
#include <immintrin.h>
#include <stdatomic.h>

#define SHA_NI __attribute__((target("sha,sse4.1,ssse3")))
#define SHA_NI_INLINE static inline __attribute__((always_inline, target("sha,sse4.1,ssse3")))

// The instructions keep the eight words as two vectors, high to low: a b e f and c d g h.
typedef struct {
  __m128i abef, cdgh;
} vector_state;

SHA_NI_INLINE vector_state to_vectors(const uint32_t s[8]) {
  return (vector_state){
      _mm_set_epi32((int)s[0], (int)s[1], (int)s[4], (int)s[5]),
      _mm_set_epi32((int)s[2], (int)s[3], (int)s[6], (int)s[7])};
}

// The first vector returned holds the words a b c d, the second e f g h, lowest lane first.
SHA_NI_INLINE void words_in_order(vector_state s, __m128i *abcd, __m128i *efgh) {
  __m128i feba = _mm_shuffle_epi32(s.abef, 0x1b);
  __m128i dchg = _mm_shuffle_epi32(s.cdgh, 0x1b);
  *abcd = _mm_unpacklo_epi64(feba, dchg);
  *efgh = _mm_unpackhi_epi64(feba, dchg);
}

SHA_NI_INLINE void four_rounds(vector_state *s, __m128i w, int group) {
  __m128i wk = _mm_add_epi32(w, _mm_load_si128((const __m128i *)round_constants + group));
  s->cdgh = _mm_sha256rnds2_epu32(s->cdgh, s->abef, wk);
  s->abef = _mm_sha256rnds2_epu32(s->abef, s->cdgh, _mm_shuffle_epi32(wk, 0x0e));
}

// Replaces the oldest of the last sixteen message words, four of them, by the next four.
SHA_NI_INLINE void four_words(__m128i m[4], int group) {
  __m128i newest = m[(group + 3) & 3];
  __m128i seven_ago = _mm_alignr_epi8(newest, m[(group + 2) & 3], 4);
  __m128i sum = _mm_sha256msg1_epu32(m[group & 3], m[(group + 1) & 3]);
  m[group & 3] = _mm_sha256msg2_epu32(_mm_add_epi32(sum, seven_ago), newest);
}

SHA_NI_INLINE void compress_one(vector_state *s, __m128i m[4]) {
  vector_state start = *s;
#pragma clang loop unroll(full)
  for (int group = 0; group < 16; group++) {
    four_rounds(s, m[group & 3], group);
    if (group < 12) four_words(m, group);
  }
  s->abef = _mm_add_epi32(s->abef, start.abef);
  s->cdgh = _mm_add_epi32(s->cdgh, start.cdgh);
}

SHA_NI_INLINE void compress_two(
    vector_state *s, __m128i m[4], vector_state *t, __m128i n[4]) {
  vector_state s_start = *s, t_start = *t;
#pragma clang loop unroll(full)
  for (int group = 0; group < 16; group++) {
    four_rounds(s, m[group & 3], group);
    four_rounds(t, n[group & 3], group);
    if (group < 12) {
      four_words(m, group);
      four_words(n, group);
    }
  }
  s->abef = _mm_add_epi32(s->abef, s_start.abef);
  s->cdgh = _mm_add_epi32(s->cdgh, s_start.cdgh);
  t->abef = _mm_add_epi32(t->abef, t_start.abef);
  t->cdgh = _mm_add_epi32(t->cdgh, t_start.cdgh);
}

SHA_NI static void blocks_accelerated(uint32_t state[8], const uint8_t *data, size_t blocks) {
  const __m128i swap = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
  vector_state s = to_vectors(state);
  for (; blocks > 0; blocks--, data += 64) {
    __m128i m[4];
    for (int i = 0; i < 4; i++) {
      m[i] = _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)data + i), swap);
    }
    compress_one(&s, m);
  }
  __m128i abcd, efgh;
  words_in_order(s, &abcd, &efgh);
  _mm_storeu_si128((__m128i *)state, abcd);
  _mm_storeu_si128((__m128i *)state + 1, efgh);
}

// 64-bit words hold two message words, the first one high; the vectors want it low.
SHA_NI_INLINE void load_message(__m128i m[4], const uint64_t *words) {
  for (int i = 0; i < 4; i++) {
    __m128i two = _mm_set_epi64x((long long)words[2 * i + 1], (long long)words[2 * i]);
    m[i] = _mm_shuffle_epi32(two, 0xb1);
  }
}

SHA_NI_INLINE void store_digest(uint64_t *digest, vector_state s) {
  __m128i abcd, efgh;
  words_in_order(s, &abcd, &efgh);
  _mm_storeu_si128((__m128i *)digest, _mm_shuffle_epi32(abcd, 0xb1));
  _mm_storeu_si128((__m128i *)digest + 1, _mm_shuffle_epi32(efgh, 0xb1));
}

SHA_NI static void nodes_accelerated(
    uint64_t *parents, const uint64_t *children, const uint32_t *which, size_t count) {
  enum { ahead = 8 };
  uint64_t left[16], right[16];
  __m128i m[4], k[4];
  size_t n = 0;
  for (; n + 2 <= count; n += 2) {
    size_t i = which ? which[n] : n, j = which ? which[n + 1] : n + 1;
    if (which && n + ahead + 1 < count) {
      __builtin_prefetch(children + 8 * (size_t)which[n + ahead]);
      __builtin_prefetch(children + 8 * (size_t)which[n + ahead + 1]);
      __builtin_prefetch(parents + 4 * (size_t)which[n + ahead], 1);
      __builtin_prefetch(parents + 4 * (size_t)which[n + ahead + 1], 1);
    }
    node_message(left, children + 8 * i);
    node_message(right, children + 8 * j);
    vector_state s = to_vectors(initial_state), t = s;
    load_message(m, left);
    load_message(k, right);
    compress_two(&s, m, &t, k);
    load_message(m, left + 8);
    load_message(k, right + 8);
    compress_two(&s, m, &t, k);
    store_digest(parents + 4 * i, s);
    store_digest(parents + 4 * j, t);
  }
  if (n < count) {
    size_t i = which ? which[n] : n;
    node_message(left, children + 8 * i);
    vector_state s = to_vectors(initial_state);
    load_message(m, left);
    compress_one(&s, m);
    load_message(m, left + 8);
    compress_one(&s, m);
    store_digest(parents + 4 * i, s);
  }
}

static int processor_has_sha(void) {
  unsigned a, b, c, d;
  if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & 1u << 9) || !(c & 1u << 19)) return 0;
  return __get_cpuid_count(7, 0, &a, &b, &c, &d) && (b & 1u << 29);
}

int freehold_sha256_accelerated(void) {
  // 0 not asked yet, 1 no, 2 yes. Threads that ask at once get the same answer.
  static _Atomic int answer;
  int known = atomic_load_explicit(&answer, memory_order_relaxed);
  if (known == 0) {
    known = 1 + processor_has_sha();
    atomic_store_explicit(&answer, known, memory_order_relaxed);
  }
  return known == 2;
}

#else

int freehold_sha256_accelerated(void) { return 0; }

#endif

void freehold_sha256_blocks(uint32_t state[8], const uint8_t *data, size_t blocks) {
#if defined(__x86_64__)
  if (freehold_sha256_accelerated()) {
    blocks_accelerated(state, data, blocks);
    return;
  }
#endif
  freehold_sha256_blocks_portable(state, data, blocks);
}

void freehold_sha256_nodes(
    uint64_t *parents, const uint64_t *children, const uint32_t *which, size_t count) {
#if defined(__x86_64__)
  if (freehold_sha256_accelerated()) {
    nodes_accelerated(parents, children, which, count);
    return;
  }
#endif
  freehold_sha256_nodes_portable(parents, children, which, count);
}
