/// Finds the word that a misspelt one was meant to be.
public enum Suggestion {
  /// `; did you mean 'x'?`, or nothing where no word is near.
  public static func sentence(for word: String, among names: [String]) -> String {
    guard let name = nearest(to: word, among: names) else { return "" }
    return "; did you mean '\(name)'?"
  }

  /// The nearest name, at most a third of the word away in edits; the first where several are.
  public static func nearest(to word: String, among names: [String]) -> String? {
    let letters = Array(word.lowercased().utf8)
    // Nothing that long is a misspelt option, and the table below is quadratic.
    guard (1...64).contains(letters.count) else { return nil }
    var best: (name: String, distance: Int)?
    for name in names {
      let candidate = Array(name.lowercased().utf8)
      guard candidate.count <= 64 else { continue }
      let distance = editDistance(letters, candidate)
      let allowed = max(1, min(letters.count, candidate.count) / 3)
      if distance <= allowed && distance < (best?.distance ?? Int.max) {
        best = (name, distance)
      }
    }
    return best?.name
  }

  /// Insertions, deletions, replacements and swaps of neighbours that turn one word into the other.
  static func editDistance(_ left: [UInt8], _ right: [UInt8]) -> Int {
    var older: [Int] = []
    var above = Array(0...right.count)
    for row in 0..<left.count {
      var current = [row + 1]
      current.reserveCapacity(right.count + 1)
      for column in 0..<right.count {
        let replaced = above[column] + (left[row] == right[column] ? 0 : 1)
        var least = min(replaced, above[column + 1] + 1, current[column] + 1)
        let isSwap =
          row > 0 && column > 0 && left[row] == right[column - 1]
          && left[row - 1] == right[column]
        if isSwap { least = min(least, older[column - 1] + 1) }
        current.append(least)
      }
      older = above
      above = current
    }
    return above[right.count]
  }
}
