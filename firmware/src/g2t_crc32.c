#include "g2t_crc32.h"

#include "g2t_bytes.h"

#ifdef G2T_CRC_SMALL

static const uint32_t nibbles[16] = {
    0x00000000u, 0x1db71064u, 0x3b6e20c8u, 0x26d930acu, 0x76dc4190u, 0x6b6b51f4u, 0x4db26158u, 0x5005713cu,
    0xedb88320u, 0xf00f9344u, 0xd6d6a3e8u, 0xcb61b38cu, 0x9b64c2b0u, 0x86d3d2d4u, 0xa00ae278u, 0xbdbdf21cu};

uint32_t g2t_crc32(uint32_t crc, const uint8_t *bytes, uint32_t length) {
  uint32_t c = ~crc;
  for (uint32_t i = 0; i < length; i++) {
    c ^= bytes[i];
    c = (c >> 4) ^ nibbles[c & 15u];
    c = (c >> 4) ^ nibbles[c & 15u];
  }
  return ~c;
}

#else

/* The CRC is linear over exclusive or, so a table follows from its entries at 1, 2, 4, ... 128: the compiler writes it out. */
#define BIT(i, b, entry) ((((i) >> (b)) & 1u) ? (entry) : 0u)
#define ENTRY(i, e0, e1, e2, e3, e4, e5, e6, e7)                                                      \
  (BIT(i, 0, e0) ^ BIT(i, 1, e1) ^ BIT(i, 2, e2) ^ BIT(i, 3, e3) ^ BIT(i, 4, e4) ^ BIT(i, 5, e5) ^    \
   BIT(i, 6, e6) ^ BIT(i, 7, e7))
#define FOUR(f, i) f(i), f((i) + 1u), f((i) + 2u), f((i) + 3u)
#define SIXTEEN(f, i) FOUR(f, i), FOUR(f, (i) + 4u), FOUR(f, (i) + 8u), FOUR(f, (i) + 12u)
#define SIXTY_FOUR(f, i) SIXTEEN(f, i), SIXTEEN(f, (i) + 16u), SIXTEEN(f, (i) + 32u), SIXTEEN(f, (i) + 48u)
#define TABLE(f) {SIXTY_FOUR(f, 0u), SIXTY_FOUR(f, 64u), SIXTY_FOUR(f, 128u), SIXTY_FOUR(f, 192u)}

/* Tk(i): the CRC of byte i followed by k zero bytes (Kounavis and Berry's slicing by 8). */
#define T0(i) ENTRY(i, 0x77073096u, 0xee0e612cu, 0x076dc419u, 0x0edb8832u, 0x1db71064u, 0x3b6e20c8u, 0x76dc4190u, 0xedb88320u)
#define T1(i) ENTRY(i, 0x191b3141u, 0x32366282u, 0x646cc504u, 0xc8d98a08u, 0x4ac21251u, 0x958424a2u, 0xf0794f05u, 0x3b83984bu)
#define T2(i) ENTRY(i, 0x01c26a37u, 0x0384d46eu, 0x0709a8dcu, 0x0e1351b8u, 0x1c26a370u, 0x384d46e0u, 0x709a8dc0u, 0xe1351b80u)
#define T3(i) ENTRY(i, 0xb8bc6765u, 0xaa09c88bu, 0x8f629757u, 0xc5b428efu, 0x5019579fu, 0xa032af3eu, 0x9b14583du, 0xed59b63bu)
#define T4(i) ENTRY(i, 0x3d6029b0u, 0x7ac05360u, 0xf580a6c0u, 0x30704bc1u, 0x60e09782u, 0xc1c12f04u, 0x58f35849u, 0xb1e6b092u)
#define T5(i) ENTRY(i, 0xcb5cd3a5u, 0x4dc8a10bu, 0x9b914216u, 0xec53826du, 0x03d6029bu, 0x07ac0536u, 0x0f580a6cu, 0x1eb014d8u)
#define T6(i) ENTRY(i, 0xa6770bb4u, 0x979f1129u, 0xf44f2413u, 0x33ef4e67u, 0x67de9cceu, 0xcfbd399cu, 0x440b7579u, 0x8816eaf2u)
#define T7(i) ENTRY(i, 0xccaa009eu, 0x4225077du, 0x844a0efau, 0xd3e51bb5u, 0x7cbb312bu, 0xf9766256u, 0x299dc2edu, 0x533b85dau)

static const uint32_t table[8][256] = {TABLE(T0), TABLE(T1), TABLE(T2), TABLE(T3),
                                       TABLE(T4), TABLE(T5), TABLE(T6), TABLE(T7)};

uint32_t g2t_crc32(uint32_t crc, const uint8_t *bytes, uint32_t length) {
  uint32_t c = ~crc;
  uint32_t i = 0;
  for (; i + 8u <= length; i += 8u) {
    const uint32_t low = g2t_load_u32(bytes + i) ^ c;
    const uint32_t high = g2t_load_u32(bytes + i + 4u);
    c = table[7][low & 255u] ^ table[6][(low >> 8) & 255u] ^ table[5][(low >> 16) & 255u] ^ table[4][low >> 24] ^
        table[3][high & 255u] ^ table[2][(high >> 8) & 255u] ^ table[1][(high >> 16) & 255u] ^ table[0][high >> 24];
  }
  for (; i < length; i++) c = (c >> 8) ^ table[0][(c ^ bytes[i]) & 255u];
  return ~c;
}

#endif
