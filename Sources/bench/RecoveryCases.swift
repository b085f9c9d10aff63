import CSecp256k1
import Cryptography
import Dispatch
import Primitives
import Synchronization

/// Signatures to recover, in our form and as libsecp256k1 takes them.
struct SignedDigests: Sendable {
  let requests: [RecoveryRequest]
  let compact: [UInt8]
  let digests: [UInt8]

  init(count: Int) {
    let keys = Population.keys(256)
    requests = Parallel.map(count) { index in
      let digest = Keccak256.hash("freehold.bench.message.\(index)")
      return RecoveryRequest(
        digest: digest, signature: Secp256k1.sign(digest, keys[index % keys.count]))
    }
    compact = requests.flatMap { $0.signature.bytes }
    digests = requests.flatMap { $0.digest.bytes }
  }
}

/// Recovery through `Cryptography`, or the library's own loop without it; both end with an address.
final class RecoveryCase: BenchCase {
  let name: String
  let unit = "recoveries/s"
  let note: String
  private let threads: Int
  private let isLibrary: Bool
  private let work: SignedDigests

  init(_ work: SignedDigests, threads: Int, isLibrary: Bool) {
    self.work = work
    self.threads = threads
    self.isLibrary = isLibrary
    name = (isLibrary ? "recovery.library." : "recovery.batch.") + "\(threads)"
    note =
      (isLibrary ? "libsecp256k1's own loop with keccak address" : "Secp256k1.recover, batches")
      + ", \(threads) thread\(threads == 1 ? "" : "s")"
  }

  func measure() throws -> Sample {
    let count = work.requests.count
    let sum = Mutex<UInt64>(0)
    let start = now()
    DispatchQueue.concurrentPerform(iterations: threads) { [work, threads, isLibrary] place in
      let range = count * place / threads..<count * (place + 1) / threads
      let part = isLibrary ? Self.library(work, range) : Self.batches(work, range)
      sum.withLock { $0 = $0 &+ part }
    }
    let taken = now() - start
    guard sum.withLock({ $0 }) == expected else {
      throw BenchFailure("\(name): a recovered address is wrong")
    }
    return Sample(value: Double(count) / taken, count: count)
  }

  private lazy var expected: UInt64 = {
    let keys = Population.keys(256)
    return work.requests.indices.reduce(0) { $0 &+ keys[$1 % keys.count].address.middle }
  }()

  private static func batches(_ work: SignedDigests, _ range: Range<Int>) -> UInt64 {
    var sum: UInt64 = 0
    var start = range.lowerBound
    while start < range.upperBound {
      let end = min(range.upperBound, start + 64)
      for address in Secp256k1.recover(Array(work.requests[start..<end])) {
        sum = sum &+ (address?.middle ?? 0)
      }
      start = end
    }
    return sum
  }

  private static func library(_ work: SignedDigests, _ range: Range<Int>) -> UInt64 {
    guard let context = secp256k1_context_create(UInt32(SECP256K1_CONTEXT_NONE)) else { return 0 }
    defer { secp256k1_context_destroy(context) }
    var parsed = secp256k1_ecdsa_recoverable_signature()
    var key = secp256k1_pubkey()
    var encoded = [UInt8](repeating: 0, count: 65)
    var sum: UInt64 = 0
    work.compact.withUnsafeBufferPointer { compact in
      work.digests.withUnsafeBufferPointer { digests in
        guard let compact = compact.baseAddress, let digests = digests.baseAddress else { return }
        for place in range {
          let signature = compact + 65 * place
          var length = 65
          guard
            secp256k1_ecdsa_recoverable_signature_parse_compact(
              context, &parsed, signature, Int32(signature[64]) - 27) == 1,
            secp256k1_ecdsa_recover(context, &key, &parsed, digests + 32 * place) == 1,
            secp256k1_ec_pubkey_serialize(
              context, &encoded, &length, &key, UInt32(SECP256K1_EC_UNCOMPRESSED)) == 1
          else { continue }
          sum =
            sum &+ Address(truncating: Word(Keccak256.hash(encoded, 1..<65))).middle
        }
      }
    }
    return sum
  }
}
