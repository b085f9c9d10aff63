import Arguments
import Glibc

/// The file of settings: a JSON object of options, or of sections of them, such as
/// `{"node":"http://127.0.0.1:8545","serve":{"drain":30}}`.
enum SettingsFile {
  /// The usual file: the person's, else the machine's; nil where there is neither.
  static var usual: String? {
    [UserFolders.settings, UserFolders.systemSettings].first { access($0, F_OK) == 0 }
  }

  /// The settings of the named file, or of the usual one; anything wrong with it is a usage error.
  static func load(_ named: String?) throws(UsageFailure) -> Settings {
    guard let path = named ?? usual else { return Settings() }
    let (settings, problems) = read(path)
    let all = problems + CommandTable.program.problems(of: settings)
    guard let first = all.first else { return settings }
    let more = all.count > 1 ? ", and \(all.count - 1) more" : ""
    throw UsageFailure(command: "freehold config check", message: "\(path): \(first)\(more)")
  }

  /// The settings of a file and what is wrong with its form.
  static func read(_ path: String) -> (settings: Settings, problems: [String]) {
    let none = Settings(source: path)
    let bytes: [UInt8]
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return (none, ["\(PrivateFile.reason()): give the path of a file"]) }
    defer { close(file) }
    do throws(ClientFailure) {
      bytes = try PrivateFile.read(file, path, limit: 1 << 20)
    } catch {
      return (none, [error.text])
    }
    return Settings.read(bytes, source: path)
  }
}
