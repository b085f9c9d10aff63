internal import CNettle
internal import CSodium
internal import Glibc

/// How a keystore makes a key of a password: slowly, so that guessing is dear. The costs are
/// bounded, since whoever made the file chose them.
public enum KeyDerivation: Sendable, Equatable {
  /// RFC 7914: `n` a power of two, `r` the block size, `p` the parallel runs.
  case scrypt(n: UInt64, r: UInt32, p: UInt32)
  /// RFC 8018 over HMAC-SHA256.
  case pbkdf2(rounds: UInt32)

  /// What wallets use: 256 MiB and about a second.
  public static let standard = KeyDerivation.scrypt(n: 262_144, r: 8, p: 1)
  /// For small machines and tests: 4 MiB.
  public static let light = KeyDerivation.scrypt(n: 4_096, r: 8, p: 6)

  /// The most memory that a file may ask for, in bytes.
  public static let maximumMemory: UInt64 = 512 << 20
  /// The most work of scrypt, n·r·p: sixteen times the standard.
  public static let maximumWork: UInt64 = 1 << 25
  /// The most rounds of PBKDF2.
  public static let maximumRounds: UInt32 = 10_000_000

  /// Why the costs are refused, or nil where they are within the bounds.
  public var refusal: String? {
    switch self {
    case .pbkdf2(let rounds):
      return (1...Self.maximumRounds).contains(rounds)
        ? nil : "kdfparams.c is \(rounds), outside 1 to \(Self.maximumRounds)"
    case .scrypt(let n, let r, let p):
      guard n >= 2, n & (n - 1) == 0 else { return "kdfparams.n is \(n), no power of two from 2" }
      guard r >= 1, p >= 1 else { return "kdfparams.r and kdfparams.p must be 1 at least" }
      let (block, tooWide) = UInt64(r).multipliedReportingOverflow(by: 128)
      let (memory, tooMuch) = block.multipliedReportingOverflow(by: n)
      let (lanes, tooMany) = block.multipliedReportingOverflow(by: UInt64(p))
      guard !tooWide, !tooMuch, !tooMany, memory <= Self.maximumMemory,
        lanes <= Self.maximumMemory
      else { return "kdfparams ask for more than \(Self.maximumMemory >> 20) MiB of memory" }
      guard memory / 128 * UInt64(p) <= Self.maximumWork else {
        return "kdfparams ask for more work than n·r·p = \(Self.maximumWork)"
      }
      return nil
    }
  }

  /// Fills `derived`; false where the costs are refused or the memory cannot be had.
  func derive(
    _ password: Password, salt: [UInt8], into derived: UnsafeMutableRawBufferPointer
  ) -> Bool {
    guard refusal == nil,
      let secret = password.buffer.assumingMemoryBound(to: UInt8.self).baseAddress,
      let place = derived.assumingMemoryBound(to: UInt8.self).baseAddress
    else { return false }
    switch self {
    case .scrypt(let n, let r, let p):
      return crypto_pwhash_scryptsalsa208sha256_ll(
        secret, password.count, salt, salt.count, n, r, p, place, derived.count) == 0
    case .pbkdf2(let rounds):
      nettle_pbkdf2_hmac_sha256(
        password.count, secret, rounds, salt.count, salt, derived.count, place)
      return true
    }
  }
}
