#ifndef FREEHOLD_SHA256_BLOCKS_H
#define FREEHOLD_SHA256_BLOCKS_H
#include <stddef.h>
#include <stdint.h>

/// Runs the SHA-256 compression function over `blocks` 64-byte blocks at `data`, updating `state`
/// (eight host-order words). Chooses the SHA-NI instructions where the processor has them.
void freehold_sha256_blocks(uint32_t state[8], const uint8_t *data, size_t blocks);

/// 1 where the SHA-NI path is in use, 0 where the portable one is.
int freehold_sha256_accelerated(void);

#endif
