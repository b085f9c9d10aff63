/// The manual page, made from the same table as parsing and help.
public enum Manual {
  /// The page in the man macros of roff.
  public static func page(_ program: Program) -> String {
    let name = program.root.name
    var text = ".TH \(name.uppercased()) 1 \"\" \"\(name) \(program.version)\"\n.ad l\n"
    text += ".SH NAME\n\(name) \\- \(troff(program.root.summary))\n"
    text += ".SH SYNOPSIS\n.B \(name)\n.I COMMAND\n[options]\n"
    text += ".SH DESCRIPTION\n\(troff(program.root.discussion))\n.SH COMMANDS\n"
    for row in Completion.rows(program.root, path: "") where row.command.subcommands.isEmpty {
      let path = ([name] + row.path.split(separator: " ").map(String.init))
      text += ".SS \"\(troff(path.joined(separator: " ")))\"\n"
      text += "\(troff(row.command.summary))\n"
      if !row.command.discussion.isEmpty { text += ".PP\n\(troff(row.command.discussion))\n" }
      text += ".PP\n\(troff(Help.usage(of: row.command, path: path)))\n"
      for positional in row.command.positionals {
        text += ".TP\n.I \(troff(positional.name))\n\(troff(positional.help))\n"
      }
      for option in row.command.options {
        text += entry(option, in: program)
      }
      text += ".PP\nExample:\n.PP\n.EX\n\(troff(row.command.example))\n.EE\n"
    }
    text += ".SH COMMON OPTIONS\n"
    for option in [
      Command.outputOption, Command.jsonOption, Command.configurationOption, Command.helpOption,
    ] {
      text += entry(option, in: program)
    }
    text += ".SH ENVIRONMENT\n"
    for setting in program.settings {
      text += ".TP\n.B \(troff(setting.variable))\n"
      text += "\(troff(setting.option.help)) In a file of settings: \(troff(setting.path)).\n"
    }
    text += ".SH EXIT STATUS\n"
    for code in ExitCode.allCases { text += ".TP\n\(code.rawValue)\n\(code.meaning)\n" }
    return text
  }

  private static func entry(_ option: Option, in program: Program) -> String {
    let (left, right) = Help.optionRow(option, in: program)
    return ".TP\n.B \(troff(left))\n\(troff(right))\n"
  }

  /// The text as roff prints it: nothing in it is a command, and words that are longer than a line
  /// may break.
  static func troff(_ text: String) -> String {
    var result = text.hasPrefix(".") || text.hasPrefix("'") ? "\\&" : ""
    var length = 0
    for character in text {
      length = character == " " ? 0 : length + 1
      if length > 32 {
        result += "\\:"
        length = 1
      }
      switch character {
      case "\\": result += "\\e"
      case "-": result += "\\-"
      case "\"": result += "\\(dq"
      case "\n": result += " "
      case "…": result += "..."
      default: result.append(character)
      }
    }
    return result
  }
}
