/// What a file of settings says: values by the names of options, such as `serve.drain`.
public struct Settings: Sendable {
  /// One value; a list is several of one path.
  public struct Entry: Sendable, Equatable {
    /// The option's name, behind its section and a dot where it has one.
    public let path: String
    /// The value as it would stand on the command line; `true` or `false` for a flag.
    public let text: String

    public init(_ path: String, _ text: String) {
      self.path = path
      self.text = text
    }
  }

  /// The file's path, for messages; empty where there is none.
  public let source: String
  /// In the order of the file.
  public let entries: [Entry]

  public init(source: String = "", entries: [Entry] = []) {
    self.source = source
    self.entries = entries
  }

  func texts(_ path: String) -> [String] { entries.filter { $0.path == path }.map(\.text) }

  /// What a text says of a flag; nil where it says nothing.
  static func flag(_ text: String) -> Bool? {
    switch text.lowercased() {
    case "1", "true", "yes", "on": true
    case "", "0", "false", "no", "off": false
    default: nil
    }
  }
}

/// An option that may stand in the environment and in a file of settings.
public struct Setting: Sendable {
  /// As in the file, such as `serve.drain`.
  public let path: String
  /// The environment variable.
  public let variable: String
  public let option: Option
  /// The commands that take it, such as `serve`.
  public let commands: [String]
}

extension Program {
  /// Every option that may stand in a file of settings, each path once, in the order of the table.
  public var settings: [Setting] {
    var found: [Setting] = []
    for row in Completion.rows(root, path: "") {
      for option in row.command.options {
        guard let path = option.setting, let variable = variable(of: option) else { continue }
        let place = found.firstIndex { $0.path == path }
        let earlier = place.map { found[$0].commands } ?? []
        let setting = Setting(
          path: path, variable: variable, option: place.map { found[$0].option } ?? option,
          commands: earlier + [row.path])
        if let place { found[place] = setting } else { found.append(setting) }
      }
    }
    return found
  }

  /// Everything that is wrong with a file of settings, each with its repair.
  public func problems(of settings: Settings) -> [String] {
    let known = self.settings
    var seen: [String] = []
    return settings.entries.compactMap { entry in
      guard let setting = known.first(where: { $0.path == entry.path }) else {
        let hint = Suggestion.sentence(for: entry.path, among: known.map(\.path))
        return "unknown setting '\(printable(entry.path))'\(hint)"
      }
      if seen.contains(entry.path) && !setting.option.isRepeatable {
        return "\(entry.path): a list is given; it takes one value"
      }
      seen.append(entry.path)
      if setting.option.kind == .flag {
        return Settings.flag(entry.text) == nil
          ? "\(entry.path): '\(printable(entry.text))' is neither true nor false" : nil
      }
      return setting.option.kind.refusal(of: entry.text).map { "\(entry.path): \($0)" }
    }
  }
}
