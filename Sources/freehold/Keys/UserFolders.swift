import Glibc

/// Where a person's files are, by the XDG base directories.
enum UserFolders {
  /// Keystores and names.
  static var keys: String { base("XDG_DATA_HOME", ".local/share") + "/freehold/keys" }

  /// The person's settings.
  static var settings: String { base("XDG_CONFIG_HOME", ".config") + "/freehold/config.json" }

  /// The machine's settings, for services.
  static let systemSettings = "/etc/freehold/config.json"

  /// The variable where it holds an absolute path, as the specification wants it; else below the
  /// home folder.
  private static func base(_ variable: String, _ below: String) -> String {
    if let text = environment(variable), text.hasPrefix("/") { return text }
    return (environment("HOME") ?? ".") + "/" + below
  }

  private static func environment(_ name: String) -> String? {
    getenv(name).map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
  }
}
