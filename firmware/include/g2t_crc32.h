#ifndef G2T_CRC32_H
#define G2T_CRC32_H

#include <stdint.h>

/*
 * CRC-32 of IEEE 802.3 (reflected polynomial 0xedb88320, start and final value all ones), in parts: start with crc 0, feed
 * the answer back in. crc of "123456789" is 0xcbf43926.
 * By default eight bytes a step on 8 KiB of constant tables; with G2T_CRC_SMALL four bits a step on 64 bytes.
 */
uint32_t g2t_crc32(uint32_t crc, const uint8_t *bytes, uint32_t length);

#endif
