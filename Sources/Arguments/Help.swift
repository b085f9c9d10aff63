/// Help texts, made from the command table.
public enum Help {
  /// Columns that a help text keeps to.
  static let width = 80

  /// The help of one command. `path` starts with the executable's name.
  static func text(of command: Command, path: [String], in program: Program) -> String {
    var text = "\(command.summary)\n\nUsage:\n"
    text += wrapped(usage(of: command, path: path), indent: 2, hanging: 6)
    if !command.discussion.isEmpty {
      text += "\n" + wrapped(command.discussion, indent: 0, hanging: 0)
    }
    if !command.subcommands.isEmpty {
      text += "\nCommands:\n" + rows(command.subcommands.map { ($0.name, $0.summary) })
    }
    if !command.positionals.isEmpty {
      text += "\nArguments:\n" + rows(command.positionals.map { ($0.name, $0.help) })
    }
    text += "\nOptions:\n" + rows(command.allOptions.map { optionRow($0, in: program) })
    text += "\nExample:\n  \(command.example)\n"
    if command.name == program.root.name {
      text += "\nRun '\(program.root.name) COMMAND --help' for one command.\n"
      text += "\nExit codes:\n" + rows(ExitCode.allCases.map { ("\($0.rawValue)", $0.meaning) })
    }
    return text
  }

  /// The line after `Usage:`.
  static func usage(of command: Command, path: [String]) -> String {
    var parts = [path.joined(separator: " ")]
    guard command.subcommands.isEmpty else {
      return (parts + ["COMMAND"] + command.options.map { "| --\($0.name)" })
        .joined(separator: " ")
    }
    for option in command.options {
      let form = option.kind == .flag ? "--\(option.name)" : "--\(option.name) \(option.valueName)"
      let isNeeded = option.isRequired && option.defaultValue == nil
      parts.append((isNeeded ? form : "[\(form)]") + (option.isRepeatable ? "..." : ""))
    }
    parts.append(command.isList ? "[--json | -o FORM]" : "[--json]")
    for positional in command.positionals {
      switch positional.arity {
      case .one: parts.append(positional.name)
      case .optional: parts.append("[\(positional.name)]")
      case .many: parts.append("[\(positional.name)]...")
      }
    }
    return parts.joined(separator: " ")
  }

  static func optionRow(_ option: Option, in program: Program) -> (String, String) {
    let name = (option.letter.map { "-\($0), " } ?? "") + "--\(option.name)"
    let left = option.kind == .flag ? name : "\(name) \(option.valueName)"
    var right = option.help
    if case .choice(let words) = option.kind {
      right += " One of \(words.joined(separator: ", "))."
    }
    if option.isRequired && option.defaultValue == nil { right += " Required." }
    if option.isRepeatable { right += " May be repeated." }
    if let value = option.defaultValue { right += " Default: \(value)." }
    if let variable = program.variable(of: option) { right += " Environment: \(variable)." }
    return (left, right)
  }

  /// Two columns; a left side that is too wide stands on a line of its own.
  private static func rows(_ rows: [(String, String)]) -> String {
    let widest = rows.map(\.0.count).filter { $0 <= 24 }.max() ?? 0
    var text = ""
    for (left, right) in rows {
      let body = wrapped(right, indent: widest + 4, hanging: widest + 4)
      if left.count > widest {
        text += "  \(left)\n\(body)"
      } else {
        let padding = String(repeating: " ", count: widest - left.count + 2)
        text += "  \(left)\(padding)\(body.drop { $0 == " " })"
      }
    }
    return text
  }

  /// Words in lines of at most `width` columns, ending with a line break.
  static func wrapped(_ text: String, indent: Int, hanging: Int) -> String {
    var lines = ""
    var line = String(repeating: " ", count: indent)
    var isEmpty = true
    for word in text.split(separator: " ") {
      if !isEmpty && line.count + 1 + word.count > width {
        lines += line + "\n"
        line = String(repeating: " ", count: hanging)
        isEmpty = true
      }
      line += (isEmpty ? "" : " ") + word
      isEmpty = false
    }
    return lines + line + "\n"
  }
}
