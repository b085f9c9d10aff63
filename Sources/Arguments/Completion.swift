/// Completion scripts for shells, made from the same table as parsing and help.
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
    text += "  case \"$path |$previous\" in\n"
    // The first pattern that fits wins in bash's `case`, so deeper rows go before their parents.
    let rows = rows(program.root, path: "").sorted { $0.path.count > $1.path.count }
    for row in rows {
      for option in row.command.allOptions where option.kind != .flag {
        let answer = bashAnswer(option.kind)
        let pattern = row.path.isEmpty ? "*\"|" : "\" \(row.path) \"*\"|"
        let letter = option.letter.map { "|\(pattern)-\($0)\"" } ?? ""
        text += "    \(pattern)--\(option.name)\"\(letter)) \(answer); return ;;\n"
      }
    }
    text += "  esac\n  case \"$path \" in\n"
    for row in rows {
      let words = wordsAfter(row.command).joined(separator: " ")
      let pattern = row.path.isEmpty ? "*" : "\" \(row.path) \"*"
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
    for row in rows(program.root, path: "") {
      let condition = fishCondition(row)
      for command in row.command.subcommands {
        text += "complete -c \(name) -n '\(condition)' -a \(command.name)"
        text += " -d '\(quoted(command.summary))'\n"
      }
      for option in row.command.allOptions {
        text += "complete -c \(name) -n '\(condition)' -l \(option.name)"
        if let letter = option.letter { text += " -s \(letter)" }
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

  /// All words of the row's path stand on the line, and none of its commands.
  private static func fishCondition(_ row: Row) -> String {
    var parts = row.path.split(separator: " ").map { "__fish_seen_subcommand_from \($0)" }
    if parts.isEmpty { return "__fish_use_subcommand" }
    let below = row.command.subcommands.map(\.name).joined(separator: " ")
    if !below.isEmpty { parts.append("not __fish_seen_subcommand_from \(below)") }
    return parts.joined(separator: "; and ")
  }

  /// Each command of the table with the words that lead to it, a parent before its commands.
  static func rows(_ command: Command, path: String) -> [Row] {
    command.subcommands.reduce(into: [Row(command: command, path: path)]) { rows, child in
      rows += self.rows(child, path: path.isEmpty ? child.name : "\(path) \(child.name)")
    }
  }

  struct Row {
    let command: Command
    let path: String

    var takesPath: Bool { command.positionals.contains { $0.kind == .path } }
  }

  private static func wordsAfter(_ command: Command) -> [String] {
    let choices = command.positionals.flatMap { positional in
      if case .choice(let words) = positional.kind { words } else { [String]() }
    }
    return command.subcommands.map(\.name) + choices + command.allOptions.map { "--\($0.name)" }
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
}
