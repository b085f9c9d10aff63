internal import Cryptography
internal import Economy
internal import Primitives

/// Numbers changed within their bounds, and out of them. The model knows each value and what waits
/// for the next epoch.
struct ParametersWorkload: Workload {
  private struct Entry {
    let pointer: String
    let minimum: UInt128
    let maximum: UInt128
    var value: UInt128
    var pending: (value: UInt128, epoch: UInt64)?
  }

  private var entries: [Entry] = []
  private var setter = Address.zero

  static var module: UInt8 { Parameters.number }
  var share: Int { 15 }

  mutating func setUp(_ world: inout World) {
    setter = world.holder(of: .parameters)
    for seed in world.state.genesis.parameters {
      entries.append(
        Entry(
          pointer: seed.pointer, minimum: seed.minimum, maximum: seed.maximum, value: seed.value))
    }
  }

  mutating func step(_ world: inout World) {
    guard !entries.isEmpty else { return }
    if world.generator.chance(oneIn: 4) { return shift(&world) }
    let place = world.generator.below(entries.count)
    let entry = entries[place]
    let facts = world.ask(Parameters.number, "parameter", .text(entry.pointer))
    let step = facts?.number("maximumStep") ?? 1
    var value = entry.value
    let change = world.generator.amount(upTo: step)
    if world.generator.chance(oneIn: 2) { value += change } else { value -= min(value, change) }
    if world.generator.chance(oneIn: 10) { value = entry.maximum + 1 }
    let sender = world.generator.chance(oneIn: 20) ? world.member() : setter
    let reply = world.send(
      Parameters.number, "set", .text(entry.pointer), ABITree(value), by: sender)
    if reply.isSuccess { entries[place].pending = (value, world.epoch + 1) }
  }

  /// Moves a part of one number to another that it holds together with.
  private mutating func shift(_ world: inout World) {
    let limits = world.ask(Parameters.number, "limits")?.first?.elements ?? []
    guard !limits.isEmpty else { return }
    let limit = limits[world.generator.below(limits.count)].elements
    let members = limit.count > 1 ? limit[1].elements : []
    let places = members.compactMap { member -> Int? in
      guard case .text(let pointer) = member else { return nil }
      return entries.firstIndex { $0.pointer == pointer }
    }
    guard places.count > 1 else { return }
    let (from, to) = (
      places[world.generator.below(places.count)], places[world.generator.below(places.count)]
    )
    guard from != to else { return }
    let step = world.ask(Parameters.number, "parameter", .text(entries[from].pointer))
    let part = min(
      world.generator.amount(upTo: step?.number("maximumStep") ?? 1), entries[from].value)
    let wishes = [(from, entries[from].value - part), (to, entries[to].value + part)]
    let reply = world.send(
      Parameters.number, "setGroup", .list(wishes.map { .text(entries[$0.0].pointer) }),
      .list(wishes.map { ABITree($0.1) }), by: setter)
    guard reply.isSuccess else { return }
    for (place, value) in wishes where value != entries[place].value {
      entries[place].pending = (value, world.epoch + 1)
    }
  }

  mutating func observe(_ news: News, _ world: inout World) {
    guard news.isFrom(Parameters.number, "ParameterChanged") else { return }
    let pointer = news.happening.values.first { $0.name == "pointer" }?.word
    for place in entries.indices {
      guard let pending = entries[place].pending,
        Word(SHA256.hash(Array(entries[place].pointer.utf8))) == pointer
      else { continue }
      entries[place].value = pending.value
      entries[place].pending = nil
    }
  }

  func check(_ world: borrowing World) -> [String] {
    var found: [String] = []
    for entry in entries {
      let value = world.ask(Parameters.number, "parameter", .text(entry.pointer))?.number("value")
      if value != entry.value {
        found.append("\(entry.pointer) should be \(entry.value)")
      }
      if let pending = entry.pending, pending.epoch <= world.epoch {
        found.append("\(entry.pointer) should have changed in epoch \(pending.epoch)")
      }
      if entry.value < entry.minimum || entry.value > entry.maximum {
        found.append("\(entry.pointer) left its bounds: \(entry.value)")
      }
    }
    return found
  }
}
