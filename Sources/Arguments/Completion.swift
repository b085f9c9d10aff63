/// Completion scripts and the manual page, made from the same table as parsing and help.
public enum Completion {
  /// A script for bash, to be sourced.
  public static func bash(_ program: Program) -> String {
    let name = program.root.name
    let function = "_\(identifier(name))"
    var text = "# bash completion for \(name)\n\(function)() {\n"
    text += "  local word=\"${COMP_WORDS[COMP_CWORD]}\" previous=\"${COMP_WORDS[COMP_CWORD-1]}\"\n"
    text += "  local path=\"\" index\n"
    text += "  for ((index = 1; index < COMP_CWORD; index++)); do\n"
    text +=
      "    case \"${COMP_WORDS[index]}\" in -*) break ;; *) path+=\" ${COMP_WORDS[index]}\" ;;"
    text += " esac\n  done\n"
    text += "  case \"$path|$previous\" in\n"
    for row in flattened(program.root) {
      for option in row.command.allOptions where option.kind != .flag {
        let answer = bashAnswer(option.kind)
        text += "    \" \(row.path)\"*\"|--\(option.name)\") \(answer); return ;;\n"
      }
    }
    text += "  esac\n  case \"$path\" in\n"
    for row in flattened(program.root) {
      let words = wordsAfter(row.command).joined(separator: " ")
      let pattern = row.path.isEmpty ? "\"\"" : "\" \(row.path)\"*"
      text += "    \(pattern)) COMPREPLY=($(compgen -W \"\(words)\" -- \"$word\"))"
      text += row.takesPath ? "\n      COMPREPLY+=($(compgen -f -- \"$word\")) ;;\n" : " ;;\n"
    }
    return text + "  esac\n}\ncomplete -o filenames -F \(function) \(name)\n"
  }

  /// A script for zsh; it uses bash's through zsh's own bridge.
  public static func zsh(_ program: Program) -> String {
    "#compdef \(program.root.name)\nautoload -U +X bashcompinit && bashcompinit\n" + bash(program)
  }

  /// A script for fish.
  public static func fish(_ program: Program) -> String {
    let name = program.root.name
    var text = "# fish completion for \(name)\ncomplete -c \(name) -f\n"
    for row in flattened(program.root) {
      let condition =
        row.path.isEmpty
        ? "__fish_use_subcommand" : "__fish_seen_subcommand_from \(row.command.name)"
      for command in row.command.subcommands {
        text += "complete -c \(name) -n '\(condition)' -a \(command.name)"
        text += " -d '\(quoted(command.summary))'\n"
      }
      for option in row.command.allOptions {
        text += "complete -c \(name) -n '\(condition)' -l \(option.name)"
        switch option.kind {
        case .flag: break
        case .path: text += " -r -F"
        case .choice(let words): text += " -x -a '\(words.joined(separator: " "))'"
        default: text += " -x"
        }
        text += " -d '\(quoted(option.help))'\n"
      }
      if row.takesPath { text += "complete -c \(name) -n '\(condition)' -F\n" }
    }
    return text
  }

  /// The manual page, in the man macros.
  public static func manual(_ program: Program) -> String {
    let name = program.root.name
    var text = ".TH \(name.uppercased()) 1 \"\" \"\(name) \(program.version)\"\n"
    text += ".SH NAME\n\(name) \\- \(troff(program.root.summary))\n"
    text += ".SH SYNOPSIS\n.B \(name)\n.I COMMAND\n[options]\n"
    text += ".SH DESCRIPTION\n\(troff(program.root.discussion))\n.SH COMMANDS\n"
    for row in flattened(program.root) where row.command.subcommands.isEmpty {
      let path = [name] + row.path.split(separator: " ").map(String.init)
      text += ".SS \(troff(Help.usage(of: row.command, path: path)))\n"
      text += "\(troff(row.command.summary))\n"
      if !row.command.discussion.isEmpty { text += "\(troff(row.command.discussion))\n" }
      for positional in row.command.positionals {
        text += ".TP\n.I \(troff(positional.name))\n\(troff(positional.help))\n"
      }
      for option in row.command.allOptions {
        let (left, right) = Help.optionRow(option, in: program)
        text += ".TP\n.B \(troff(left))\n\(troff(right))\n"
      }
      text += ".PP\nExample:\n.PP\n.EX\n\(troff(row.command.example))\n.EE\n"
    }
    text += ".SH EXIT STATUS\n"
    for code in ExitCode.allCases { text += ".TP\n\(code.rawValue)\n\(code.meaning)\n" }
    return text
  }

  /// Each command of the table with the words that lead to it, the deepest first.
  static func flattened(_ command: Command, path: String = "") -> [Row] {
    var rows = [Row(command: command, path: path)]
    for child in command.subcommands {
      rows += flattened(child, path: path.isEmpty ? child.name : "\(path) \(child.name)")
    }
    // The first pattern that fits wins in bash's `case`, so deeper rows go before their parents.
    return rows.sorted { $0.path.count > $1.path.count }
  }

  struct Row {
    let command: Command
    let path: String

    var takesPath: Bool { command.positionals.contains { $0.kind == .path } }
  }

  private static func wordsAfter(_ command: Command) -> [String] {
    command.subcommands.map(\.name) + command.allOptions.map { "--\($0.name)" }
  }

  private static func bashAnswer(_ kind: ValueKind) -> String {
    switch kind {
    case .path: "COMPREPLY=($(compgen -f -- \"$word\"))"
    case .choice(let words):
      "COMPREPLY=($(compgen -W \"\(words.joined(separator: " "))\" -- \"$word\"))"
    default: "COMPREPLY=()"
    }
  }

  private static func identifier(_ name: String) -> String {
    String(name.map { $0 == "-" ? "_" : $0 })
  }

  private static func quoted(_ text: String) -> String {
    text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''")
  }

  private static func troff(_ text: String) -> String {
    var result = text.hasPrefix(".") || text.hasPrefix("'") ? "\\&" : ""
    for character in text {
      switch character {
      case "\\": result += "\\e"
      case "-": result += "\\-"
      default: result.append(character)
      }
    }
    return result
  }
}
