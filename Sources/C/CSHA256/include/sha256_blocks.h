#ifndef FREEHOLD_SHA256_BLOCKS_H
#define FREEHOLD_SHA256_BLOCKS_H
#include <stddef.h>
#include <stdint.h>

/// Runs the SHA-256 compression function over `blocks` 64-byte blocks at `data`, updating `state`
/// (eight host-order words). Chooses the SHA-NI instructions where the processor has them.
void freehold_sha256_blocks(uint32_t state[8], const uint8_t *data, size_t blocks);

/// 1 where the SHA-NI path is in use, 0 where the portable one is.
int freehold_sha256_accelerated(void);

/// Hashes inner nodes of an RFC 6962 Merkle tree: for each of `count` numbers `i`, taken from
/// `which` or 0, 1, 2... where `which` is null,
///   parents[i] = SHA-256(0x01 || children[2i] || children[2i + 1]).
/// A digest is four host-order 64-bit words, the first one holding the first eight bytes.
/// `parents` and `children` may be the same buffer where the numbers ascend.
void freehold_sha256_nodes(
    uint64_t *parents, const uint64_t *children, const uint32_t *which, size_t count);

/// The same two without special instructions, on every processor: what other machines run, and
/// what tests compare with.
void freehold_sha256_blocks_portable(uint32_t state[8], const uint8_t *data, size_t blocks);
void freehold_sha256_nodes_portable(
    uint64_t *parents, const uint64_t *children, const uint32_t *which, size_t count);

#endif
