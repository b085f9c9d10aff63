/// The compliance matrix in print: every operation of every module, and what each circumstance does
/// to it. `docs/compliance-matrix.md` is this text; a test compares them.
public enum ComplianceMatrix {
  /// The page as Markdown, made from the declarations alone.
  public static func page() -> String {
    var text = """
      # The compliance matrix

      What an emergency, a pause and the block list do to each operation. The page is made from
      the declarations of the modules; the kernel reads the same table before it asks the module,
      and looks from left to right: the first cell that refuses decides.

      - **emergency**: the emergency level is 2. Rejection: `EmergencyStop()`.
      - **paused**: the module is paused, or the emergency level is 1. Rejection: `EnforcedPause()`.
      - **sender**, **receiver**, **counterparty**: the account is on the block list; the receiver
        is whom it pays, the counterparty whom else it names. Rejection:
        `AccountBlocked(account)`.

      *allow*: the operation runs as ever. *refuse*: it is rejected. *divert*: it runs, and what the
      blocked account would receive waits in `compliance.quarantine` until it is unblocked.

      A plain transfer of value is judged as the token's `transfer`.


      """
    let circumstances = CompliancePolicy.Circumstance.allCases
    for module in Registry.modules where !module.calls.isEmpty {
      text += "## \(module.name)\n\n| operation |"
      for circumstance in circumstances { text += " \(circumstance) |" }
      text += "\n|---|" + String(repeating: "---|", count: circumstances.count) + "\n"
      for call in module.calls {
        let policy = call.compliance
        text += "| `\(call.signature)` |"
        for circumstance in circumstances { text += " \(policy[circumstance]) |" }
        text += "\n"
      }
      text += "\n"
    }
    text.removeLast()
    return text
  }
}
