internal import Economy
internal import Primitives

/// Members who ask and pay many at once in every form; beside it the balance is asked for alone.
/// What Multicall3 itself would pay is always refused: it holds nothing.
struct MulticallWorkload: Workload {
  private var faults: [String] = []

  static var module: UInt8 { Multicall.number }
  var share: Int { 25 }

  private static let forms = [
    "aggregate", "blockAndAggregate", "tryAggregate", "tryBlockAndAggregate", "aggregate3",
    "aggregate3Value",
  ]

  mutating func step(_ world: inout World) {
    let sender = world.member()
    let holder = world.member()
    let form = Self.forms[world.generator.below(Self.forms.count)]
    let token = ABITree.account(SystemAddress.module(Token.number))
    let isStrict = form == "aggregate" || form == "blockAndAggregate"
    let wei = world.state.genesis.network.weiPerUnit
    let units = form == "aggregate3Value" ? world.part(of: world.spendable(sender) / 64) : 0
    // A balance, then a payment in Multicall3's own name of more than has come with it, where it
    // may fail, then value that has.
    var datas = [Self.balanceOf(holder)]
    if !isStrict {
      datas.append(Surface.data(1, "transfer", [.account(holder), ABITree(units + 1)]))
    }
    var calls = datas.map { data -> ABITree in
      switch form {
      case "aggregate3": .list([token, .flag(true), .bytes(data)])
      case "aggregate3Value": .list([token, .flag(true), ABITree(0), .bytes(data)])
      default: .list([token, .bytes(data)])
      }
    }
    if units > 0 {
      calls.append(
        .list([.account(holder), .flag(true), ABITree(units * wei), .bytes([])]))
    }
    let list = ABITree.list(calls)
    let arguments = form.hasPrefix("try") ? [.flag(false), list] : [list]
    let before = (world.balance(sender), world.balance(holder))
    let reply = world.send(Multicall.number, form, arguments, by: sender, value: units * wei)
    guard reply.isSuccess else { return }
    if world.balance(SystemAddress.multicall3) != 0 { faults.append("Multicall3 kept something") }
    let fee = world.fee(of: Surface.call(Multicall.number, form, arguments))
    let after = (world.balance(sender), world.balance(holder))
    let (paid, came) = (before.0 &- fee &- after.0, after.1 &- before.1)
    if sender != holder, paid != came, came != 0 {
      faults.append("\(form) took \(paid) for the \(came) that arrived")
    }
    judge(form, reply.data, holder: before.1 - (sender == holder ? fee + units : 0), isStrict)
  }

  /// The first answer is the balance as it was, the second a refusal.
  private mutating func judge(
    _ form: String, _ data: [UInt8], holder: UInt128, _ isStrict: Bool
  ) {
    let call = Multicall.declaration.calls.first { $0.name == form }
    guard let returns = call?.returns,
      let values = try? ABITree.decode(data, as: returns.map(\.type)),
      let results = values.last?.elements, let first = results.first
    else { return faults.append("\(form) does not answer in its shape") }
    let answer = form == "aggregate" ? first : first.elements.last
    if answer != .bytes(Word(holder).bytes) {
      faults.append("\(form) answered \(String(describing: answer)), not \(holder)")
    }
    if !isStrict, results.count < 2 || results[1].elements.first != .flag(false) {
      faults.append("\(form) paid in Multicall3's name")
    }
  }

  private static func balanceOf(_ holder: Address) -> [UInt8] {
    [0x70, 0xa0, 0x82, 0x31] + Word(holder).bytes
  }

  func check(_ world: borrowing World) -> [String] { faults }
}
