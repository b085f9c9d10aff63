#include <nettle/aes.h>
#include <nettle/ctr.h>
#include <nettle/sha1.h>
#include <nettle/hmac.h>
#include <nettle/pbkdf2.h>
#include <nettle/sha2.h>
#include <nettle/sha3.h>
#include <string.h>

// Nettle's counter mode takes the cipher as a pointer to a function of another type, which Swift
// cannot make. Encrypts, and decrypts, `length` bytes in place; key and counter have 16 bytes.
static inline void nettle_aes128_ctr_in_place(
    const uint8_t *key, const uint8_t *counter, size_t length, uint8_t *bytes) {
  struct aes128_ctx context;
  uint8_t next[AES_BLOCK_SIZE];
  aes128_set_encrypt_key(&context, key);
  memcpy(next, counter, sizeof next);
  ctr_crypt(
      &context, (nettle_cipher_func *)aes128_encrypt, AES_BLOCK_SIZE, next, length, bytes, bytes);
  explicit_bzero(&context, sizeof context);
}
