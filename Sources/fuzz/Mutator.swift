import Simulation

/// Changes inputs blindly: what the reproducer does for a stated time where libFuzzer's
/// instrumentation is not built in. The same seed gives the same inputs.
struct Mutator {
  private var generator: Generator
  private let words: [[UInt8]]
  private let limit: Int

  init(_ target: Target, seed: UInt64) {
    generator = Generator(seed: seed)
    words = target.words()
    limit = target.limit
  }

  /// An input made of one of the seeds.
  mutating func next(of seeds: [[UInt8]]) -> [UInt8] {
    var bytes = seeds.isEmpty ? [] : seeds[generator.below(seeds.count)]
    for _ in 0..<1 + generator.below(4) { change(&bytes, seeds) }
    return Array(bytes.prefix(limit))
  }

  private mutating func change(_ bytes: inout [UInt8], _ seeds: [[UInt8]]) {
    guard !bytes.isEmpty else {
      bytes = (0..<1 + generator.below(32)).map { _ in UInt8(generator.below(256)) }
      return
    }
    let place = generator.below(bytes.count)
    let count = 1 + generator.below(min(64, bytes.count - place))
    switch generator.below(10) {
    case 0, 1: bytes[place] ^= 1 << UInt8(generator.below(8))
    case 2: bytes[place] = UInt8(generator.below(256))
    case 3: bytes[place] = [0, 1, 0x7f, 0x80, 0xff][generator.below(5)]
    case 4: bytes.removeSubrange(place..<place + count)
    case 5: bytes.insert(contentsOf: bytes[place..<place + count], at: place)
    case 6: bytes.removeSubrange(place...)
    case 7 where !words.isEmpty:
      bytes.insert(contentsOf: words[generator.below(words.count)], at: place)
    case 8 where !words.isEmpty:
      let word = words[generator.below(words.count)]
      bytes.replaceSubrange(place..<min(bytes.count, place + word.count), with: word)
    default:
      let other = seeds[generator.below(seeds.count)]
      guard !other.isEmpty else { return }
      let start = generator.below(other.count)
      bytes.replaceSubrange(place..<place + count, with: other[start...].prefix(count))
    }
  }
}
