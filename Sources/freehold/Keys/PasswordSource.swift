import Arguments
import Cryptography
import Glibc

/// Where a password comes from: a file, a descriptor, or a person at the terminal. Never from the
/// command line or the environment, which others can read.
enum PasswordSource {
  static let options = [
    Option(
      "password-file", .path, "FILE",
      help: "A file of mode 0600, or a pipe, with the password in its one line."),
    Option(
      "password-fd", .number(0...1_023), "N",
      help: "An open file descriptor that gives the password in its one line."),
  ]

  /// The password of something that exists.
  static func existing(
    _ match: Match, _ prompt: String, options prefix: String = "password"
  ) throws(ClientFailure) -> Password {
    if let password = try given(match, prefix) { return password }
    return try typed(prompt, prefix)
  }

  /// A password of something new: asked for twice, and not empty.
  static func new(
    _ match: Match, _ prompt: String, options prefix: String = "password"
  ) throws(ClientFailure) -> Password {
    let given = try given(match, prefix)
    let password: Password
    if let given {
      password = given
    } else {
      password = try typed(prompt, prefix)
      let again = try typed("once more", prefix)
      guard password.isEqual(to: again) else {
        throw .usage("the two passwords differ: nothing was made; try again")
      }
    }
    guard password.count > 0 else {
      throw .usage("an empty password protects nothing: choose one")
    }
    return password
  }

  /// A secret of one line from a file of that option, or nil where the option is not there.
  static func line(_ match: Match, _ option: String) throws(ClientFailure) -> [UInt8]? {
    guard let path = match.text(option) else { return nil }
    var bytes = try PrivateFile.read(path, limit: Password.maximumBytes, "a file with a secret")
    try makeOneLine(&bytes, path)
    return bytes
  }

  private static func given(
    _ match: Match, _ prefix: String
  ) throws(ClientFailure) -> Password? {
    guard match.text("\(prefix)-file") == nil || match.text("\(prefix)-fd") == nil else {
      throw .usage("--\(prefix)-file and --\(prefix)-fd are both given: leave one out")
    }
    if var bytes = try line(match, "\(prefix)-file") { return try make(&bytes) }
    guard let number = match.number("\(prefix)-fd") else { return nil }
    let name = "descriptor \(number)"
    var bytes = try PrivateFile.read(
      Int32(truncatingIfNeeded: number), name, limit: Password.maximumBytes)
    try makeOneLine(&bytes, name)
    return try make(&bytes)
  }

  private static func typed(
    _ prompt: String, _ prefix: String
  ) throws(ClientFailure) -> Password {
    var bytes = try Prompt.secret(prompt + ": ", instead: "--\(prefix)-file FILE")
    return try make(&bytes)
  }

  /// Takes the bytes over: they are wiped.
  private static func make(_ bytes: inout [UInt8]) throws(ClientFailure) -> Password {
    defer { PrivateFile.wipe(&bytes) }
    guard let password = Password(bytes) else {
      throw .usage("the password is longer than \(Password.maximumBytes) bytes: choose another")
    }
    return password
  }

  /// Takes the line break at the end away; more than one line is a mistake.
  private static func makeOneLine(
    _ bytes: inout [UInt8], _ name: String
  ) throws(ClientFailure) {
    if bytes.last == 0x0a { bytes.removeLast() }
    if bytes.last == 0x0d { bytes.removeLast() }
    guard !bytes.contains(0x0a) else {
      PrivateFile.wipe(&bytes)
      throw .usage("\(name) has more than one line: write the secret in the first and only one")
    }
  }
}

/// Questions to a person at the terminal.
enum Prompt {
  /// Whether a person can be asked.
  static var isPossible: Bool { isatty(STDIN_FILENO) == 1 && isatty(STDERR_FILENO) == 1 }

  /// A line typed without echo at the controlling terminal. The caller wipes it.
  static func secret(_ text: String, instead: String) throws(ClientFailure) -> [UInt8] {
    let terminal = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC)
    guard terminal >= 0 else {
      throw .usage("there is no terminal to ask at: give \(instead)")
    }
    defer { close(terminal) }
    var before = termios()
    guard tcgetattr(terminal, &before) == 0 else {
      throw .malformed("/dev/tty: \(PrivateFile.reason()): give \(instead)")
    }
    var silent = before
    // Without signals too, so that no interrupt leaves the terminal silent.
    silent.c_lflag &= ~tcflag_t(ECHO | ICANON | ISIG)
    guard tcsetattr(terminal, TCSAFLUSH, &silent) == 0 else {
      throw .malformed("/dev/tty: \(PrivateFile.reason()): give \(instead)")
    }
    defer { tcsetattr(terminal, TCSAFLUSH, &before) }
    write(terminal, text)
    defer { write(terminal, "\n") }
    return try line(terminal)
  }

  /// Whether the person says yes; anything but `y` or `yes` is no.
  static func confirms(_ question: String) -> Bool {
    Terminal.complain(question + " [y/N] ", newline: false)
    let answer = readLine() ?? ""
    return ["y", "yes"].contains(answer.lowercased())
  }

  /// Shows a secret at the controlling terminal, and nowhere else; false where there is none.
  static func show(_ secret: [UInt8]) -> Bool {
    let terminal = open("/dev/tty", O_WRONLY | O_NOCTTY | O_CLOEXEC)
    guard terminal >= 0 else { return false }
    defer { close(terminal) }
    return secret.withUnsafeBytes { Glibc.write(terminal, $0.baseAddress, $0.count) }
      == secret.count
  }

  private static func line(_ terminal: Int32) throws(ClientFailure) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(Password.maximumBytes + 1)
    var byte: UInt8 = 0
    while true {
      let count = read(terminal, &byte, 1)
      if count < 0 && errno == EINTR { continue }
      guard count == 1, byte != 0x0a, byte != 0x0d, byte != 0x04 else { return bytes }
      switch byte {
      case 0x03:
        PrivateFile.wipe(&bytes)
        throw .malformed("interrupted: nothing was done")
      case 0x08, 0x7f: if !bytes.isEmpty { bytes.removeLast() }
      case 0x15: bytes.removeAll(keepingCapacity: true)
      default:
        guard bytes.count <= Password.maximumBytes else {
          PrivateFile.wipe(&bytes)
          throw .usage("the line is longer than \(Password.maximumBytes) bytes")
        }
        bytes.append(byte)
      }
    }
  }

  private static func write(_ terminal: Int32, _ text: String) {
    let bytes = Array(text.utf8)
    _ = bytes.withUnsafeBytes { Glibc.write(terminal, $0.baseAddress, $0.count) }
  }
}
