internal import Primitives

extension Settings {
  /// Reads the contents of a file of settings, a JSON object of options or of sections of them,
  /// such as `{"node":"http://127.0.0.1:8545","serve":{"drain":30}}`.
  /// - Parameter source: the file's path, for messages.
  /// - Returns: what it says, and what is wrong with its form; whether there are such options and
  ///   such values, `Program.problems(of:)` says.
  public static func read(
    _ contents: [UInt8], source: String
  ) -> (settings: Settings, problems: [String]) {
    let document: JSONValue
    do throws(JSONFailure) {
      document = try JSONParser.parse(contents)
    } catch {
      return (Settings(source: source), ["no JSON: \(error)"])
    }
    guard let members = document.members else {
      return (Settings(source: source), ["\(document.kind) stands there; write an object {…}"])
    }
    var entries: [Entry] = []
    var problems: [String] = []
    func add(_ name: String, _ value: JSONValue) {
      switch value {
      case .string(let text), .number(let text): entries.append(Entry(name, text))
      case .bool(let flag): entries.append(Entry(name, flag ? "true" : "false"))
      case .array(let elements): for element in elements { add(name, element) }
      case .null, .object:
        problems.append("\(name): \(value.kind) stands there; write a text, a number or a flag")
      }
    }
    for member in members {
      guard let section = member.value.members else {
        add(member.name, member.value)
        continue
      }
      for setting in section { add("\(member.name).\(setting.name)", setting.value) }
    }
    return (Settings(source: source, entries: entries), problems)
  }
}
