internal import Primitives

/// Economy files: JSON with `//` comments that states the numbers of a whole economy, and overlays
/// that change it for one network.
public enum EconomyFile {
  /// Reads and checks an economy.
  ///
  /// - Parameters:
  ///   - text: The economy file.
  ///   - overlays: Documents laid over it in their order: objects merge, everything else replaces,
  ///     `grants` grow.
  /// - Throws: `EconomyFileFailure` with everything found wrong, in file order.
  public static func load(
    text: String, overlays: [String] = []
  ) throws(EconomyFileFailure) -> EconomyDocument {
    var tree = try parse(text, "the economy file")
    for (place, overlay) in overlays.enumerated() {
      tree = Overlay.apply(try parse(overlay, "overlay \(place + 1)"), to: tree)
    }
    let reading = Reading()
    let root = Node(value: tree.sorted, pointer: "", reading: reading)
    let document = EconomyDocument(root)
    let problems = reading.ordered(in: tree)
    guard problems.isEmpty else { throw EconomyFileFailure(problems) }
    return document
  }

  /// The resolved economy as canonical JSON (RFC 8785 order and escapes; whole numbers in full):
  /// the genesis document of a data folder. Loading it gives an equal document.
  public static func text(_ document: EconomyDocument) -> String { document.tree.text }

  private static func parse(
    _ text: String, _ name: String
  ) throws(EconomyFileFailure) -> JSONValue {
    do throws(JSONFailure) {
      let value = try JSONParser.parse(Array(text.utf8), comments: true)
      if value.members != nil { return value }
    } catch {
      throw EconomyFileFailure([
        EconomyProblem("", "\(name) is no JSON: \(error)", repair: "correct the text there")
      ])
    }
    throw EconomyFileFailure([
      EconomyProblem("", "\(name) is no object", repair: "write { ... } with the sections")
    ])
  }
}
