internal import CNettle
internal import Glibc
internal import Primitives

/// Lists of words behind keys (BIP-39), English ones.
public enum Mnemonic {
  /// How many words a phrase may have.
  public static let lengths = [12, 15, 18, 21, 24]

  /// Why a phrase is none of BIP-39's. No case holds a word: phrases are secrets.
  public enum Problem: Error, Equatable, Sendable {
    /// A phrase of this many words.
    case length(Int)
    /// The word at this place, from 1, is not in the list.
    case unknownWord(place: Int)
    /// The words are right, the phrase is not: one is another word, or two are exchanged.
    case checksum
  }

  /// The 64 bytes of PBKDF2-HMAC-SHA512 over `phrase` in 2,048 rounds, salted with `passphrase`.
  /// Words may be parted by any white space; they are not looked up in the list: any phrase has a
  /// seed, and a misspelt one has another. Nil where a text holds more than ASCII (other texts
  /// would need Unicode's normal form NFKD first) or the phrase holds no word. The caller wipes
  /// the seed.
  public static func seed(_ phrase: String, passphrase: String = "") -> [UInt8]? {
    var bytes = [UInt8](phrase.utf8)
    defer { explicit_bzero(&bytes, bytes.count) }
    return seed(phrase: bytes, passphrase: Array(passphrase.utf8))
  }

  /// As for texts, of bytes that their owner can wipe.
  public static func seed(phrase: [UInt8], passphrase: [UInt8]) -> [UInt8]? {
    guard phrase.allSatisfy({ $0 < 0x80 }), passphrase.allSatisfy({ $0 < 0x80 }) else {
      return nil
    }
    let words = words(phrase)
    guard !words.isEmpty else { return nil }
    // Room for all at once, so that growing leaves no copy of the secret behind.
    var password: [UInt8] = []
    password.reserveCapacity(phrase.count + 1)
    for word in words {
      if !password.isEmpty { password.append(0x20) }
      password.append(contentsOf: word)
    }
    var salt: [UInt8] = []
    salt.reserveCapacity(8 + passphrase.count)
    salt += Array("mnemonic".utf8)
    salt += passphrase
    defer {
      explicit_bzero(&password, password.count)
      explicit_bzero(&salt, salt.count)
    }
    var seed = [UInt8](repeating: 0, count: 64)
    nettle_pbkdf2_hmac_sha512(
      password.count, password, 2_048, salt.count, salt, seed.count, &seed)
    return seed
  }

  /// A new phrase of so many words from the system's randomness, words parted by one space; nil
  /// for a count that is none of `lengths`. The caller wipes it.
  public static func random(wordCount: Int) -> [UInt8]? {
    guard lengths.contains(wordCount) else { return nil }
    var entropy = [UInt8](repeating: 0, count: wordCount / 3 * 4)
    defer { explicit_bzero(&entropy, entropy.count) }
    guard RandomBytes.fill(&entropy) else { return nil }
    return phrase(entropy: entropy)
  }

  /// The phrase of 16, 20, 24, 28 or 32 bytes of entropy; nil for another length. The caller wipes
  /// both.
  public static func phrase(entropy: [UInt8]) -> [UInt8]? {
    guard entropy.count % 4 == 0, lengths.contains(entropy.count / 4 * 3) else { return nil }
    var bits = entropy
    bits.reserveCapacity(entropy.count + 1)
    bits.append(checksum(entropy))
    var phrase: [UInt8] = []
    // Room for eight letters and a blank or line break behind each word.
    phrase.reserveCapacity(entropy.count / 4 * 3 * 9)
    for place in 0..<(entropy.count / 4 * 3) {
      if place > 0 { phrase.append(0x20) }
      phrase.append(contentsOf: MnemonicWords.all[number(bits, place)])
    }
    explicit_bzero(&bits, bits.count)
    return phrase
  }

  /// The entropy behind a phrase, of which every word and the checksum are right. The caller wipes
  /// it. Words may be parted by any white space and written in either case.
  public static func entropy(of phrase: [UInt8]) throws(Problem) -> [UInt8] {
    let words = words(phrase)
    guard lengths.contains(words.count) else { throw .length(words.count) }
    var bits = [UInt8](repeating: 0, count: (words.count * 11 + 7) / 8)
    defer { explicit_bzero(&bits, bits.count) }
    for (place, word) in words.enumerated() {
      guard let number = MnemonicWords.number(of: word) else {
        throw .unknownWord(place: place + 1)
      }
      for bit in 0..<11 where number >> (10 - bit) & 1 == 1 {
        let position = place * 11 + bit
        bits[position / 8] |= 0x80 >> UInt8(position % 8)
      }
    }
    var entropy = Array(bits[..<(words.count / 3 * 4)])
    guard checksum(entropy) == bits[entropy.count] else {
      explicit_bzero(&entropy, entropy.count)
      throw .checksum
    }
    return entropy
  }

  /// The first bits of the digest, one for four bytes, at the top of a byte.
  private static func checksum(_ entropy: [UInt8]) -> UInt8 {
    UInt8(truncatingIfNeeded: SHA256.hash(entropy).w0 >> 56)
      & ~(0xff >> UInt8(entropy.count / 4))
  }

  /// The eleven bits of a place.
  private static func number(_ bits: [UInt8], _ place: Int) -> Int {
    var number = 0
    for position in (place * 11)..<(place * 11 + 11) {
      number = number << 1 | Int(bits[position / 8] >> UInt8(7 - position % 8)) & 1
    }
    return number
  }

  private static func words(_ phrase: [UInt8]) -> [ArraySlice<UInt8>] {
    phrase.split { $0 == 0x20 || (0x09...0x0d).contains($0) }
  }
}
