#include "g2t_codec.h"
#include "memory.h"

/* encode() and decode() for the server's side and for checks: weights and bytes lie in two buffers of the caller's size. */
#define EXPORT(name) __attribute__((export_name(#name))) name

static struct {
  slab weights;
  slab bytes;
  uint32_t id;
  uint32_t count;
  uint32_t taken;
} codec;

/* Room for n weights and for as many bytes as any of their encodings, or `bytes`, whichever is more; 0: no memory. */
uint32_t EXPORT(g2t_codec_room)(uint32_t n, uint32_t bytes);
uint32_t g2t_codec_room(uint32_t n, uint32_t bytes) {
  const uint32_t most = g2t_encoded_limit(4, n);
  if (!slab_resize(&codec.weights, 4u * n + 4u)) return 0;
  return slab_resize(&codec.bytes, most > bytes ? most : bytes + 1u) ? 1u : 0u;
}

uint32_t EXPORT(g2t_codec_weights)(void);
uint32_t g2t_codec_weights(void) { return (uint32_t)(uintptr_t)codec.weights.start; }

uint32_t EXPORT(g2t_codec_bytes)(void);
uint32_t g2t_codec_bytes(void) { return (uint32_t)(uintptr_t)codec.bytes.start; }

/* Returns the bytes written. */
uint32_t EXPORT(g2t_codec_encode)(uint32_t choice, uint32_t id, uint32_t n);
uint32_t g2t_codec_encode(uint32_t choice, uint32_t id, uint32_t n) {
  g2t_work unused = {0};
  return g2t_encode((uint8_t)choice, id, (const float *)(const void *)codec.weights.start, n, codec.bytes.start, &unused);
}

/* Returns a status; the id, N and bytes taken are then at the address of g2t_codec_found. */
int32_t EXPORT(g2t_codec_decode)(uint32_t bytes, uint32_t capacity);
int32_t g2t_codec_decode(uint32_t bytes, uint32_t capacity) {
  float *w = (float *)(void *)codec.weights.start;
  return g2t_decode(codec.bytes.start, bytes, capacity, &codec.id, &codec.count, w, &codec.taken);
}

uint32_t EXPORT(g2t_codec_found)(void);
uint32_t g2t_codec_found(void) { return (uint32_t)(uintptr_t)&codec.id; }
