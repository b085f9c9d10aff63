internal import CNettle
internal import Glibc

/// The seed behind a list of words (BIP-39). Words are not looked up in a list: any phrase has a
/// seed, and a misspelt one has another.
public enum Mnemonic {
  /// The 64 bytes of PBKDF2-HMAC-SHA512 over `phrase` in 2,048 rounds, salted with `passphrase`.
  /// Words may be parted by any white space. Nil where a text holds more than ASCII (other texts
  /// would need Unicode's normal form NFKD first) or the phrase holds no word. The caller wipes
  /// the seed.
  public static func seed(_ phrase: String, passphrase: String = "") -> [UInt8]? {
    guard phrase.utf8.allSatisfy({ $0 < 0x80 }), passphrase.utf8.allSatisfy({ $0 < 0x80 }) else {
      return nil
    }
    let words = phrase.split(whereSeparator: \.isWhitespace)
    guard !words.isEmpty else { return nil }
    var password = [UInt8](words.joined(separator: " ").utf8)
    defer { explicit_bzero(&password, password.count) }
    let salt = [UInt8]("mnemonic".utf8) + [UInt8](passphrase.utf8)
    var seed = [UInt8](repeating: 0, count: 64)
    nettle_pbkdf2_hmac_sha512(
      password.count, password, 2_048, salt.count, salt, seed.count, &seed)
    return seed
  }
}
