import Economy
import Engine
import Interface
import Ledger
import Primitives
import Testing

@testable import Node

/// What the index says of accounts, beside what the ledger says.
@Suite struct IndexAccountTests {
  private static func accounts(_ life: IndexLife) -> [Address] {
    life.chain.withState { state in
      (0..<state.ledger.accounts.count).map {
        state.ledger.accounts[AccountIndex(row: UInt32($0))].address
      }
    }
  }

  @Test("An account's transfers sum to its balance, now and after every earlier block")
  func balances() throws {
    let life = try IndexLife()
    try life.play()
    let index = try life.follow()
    for account in Self.accounts(life) {
      let rows = try IndexLife.all(\AccountTransfer.place) {
        try index.archive.transfers(of: account, $0)
      }
      // The zero address holds the supply before genesis posts it.
      var held = account == .zero ? life.chain.genesis.token.supply.units : 0
      for row in rows {
        if row.from == account { held -= row.amount.units }
        if row.to == account { held += row.amount.units }
        #expect(row.balance?.units == held)
      }
      #expect(held == life.chain.withState { $0.balance(of: account).units })
      let backwards = try IndexLife.all(newestFirst: true, \AccountTransfer.place) {
        try index.archive.transfers(of: account, $0)
      }
      #expect(backwards.map(\.place) == rows.map(\.place).reversed())
    }
    #expect(life.balances.count > 100)
    for (height, account, balance) in life.balances {
      #expect(try index.archive.balance(of: account, at: height) == balance)
    }
    index.stop()
  }

  @Test("An account's transactions are those it sent, received or was named in")
  func transactions() throws {
    let life = try IndexLife()
    try life.play()
    let index = try life.follow()
    for account in Self.accounts(life) {
      var wanted: [ChainPlace] = []
      for block in life.blocks {
        for (place, transaction) in block.transactions.enumerated()
        where touches(block, place, transaction, account) {
          wanted.append(ChainPlace(height: block.height, index: UInt32(place)))
        }
      }
      let rows = try IndexLife.all(\AccountTransaction.place) {
        try index.archive.transactions(of: account, $0)
      }
      #expect(rows.map(\.place) == wanted)
      for row in rows {
        let block = life.blocks[Int(row.place.height)]
        let receipt = block.receipts[Int(row.place.index)]
        #expect(row.transaction.hash == block.transactions[Int(row.place.index)].hash)
        #expect(row.blockHash == block.hash && row.time == block.header.timestamp)
        #expect(row.isSuccess == receipt.isSuccess && row.gasUsed == receipt.gasUsed)
        #expect(row.refusal?.code == receipt.rejection?.code)
        #expect(row.price == receipt.effectivePrice)
      }
    }
    index.stop()
  }

  private func touches(
    _ block: Block, _ place: Int, _ transaction: BlockTransaction, _ account: Address
  ) -> Bool {
    if transaction.sender == account || transaction.to == account { return true }
    return block.receipts[place].events.contains { log in
      let record = block.events[log]
      let isAddress =
        record.module == 0
        ? [true, true]
        : (Registry.event(record)?.parameters.filter(\.isIndexed).map { $0.type == .address } ?? [])
      return zip(isAddress, block.words(of: record)).contains { $0 && $1.address == account }
    }
  }

  @Test("Every unit out of a pool or wallet is somebody's earning, once, and with its reason")
  func earnings() throws {
    let life = try IndexLife()
    try life.play()
    let index = try life.follow()
    let genesis = life.chain.genesis
    let staking = genesis.plans.staking
    var named = Set(genesis.accountNames.map { SystemAddress.account($0) })
    named.formUnion([staking.payable, staking.principal].map { SystemAddress.account($0) })
    named.remove(.zero)
    var postings: [ChainPlace: UInt128] = [:]
    var claims: [Address: UInt128] = [:]
    for block in life.blocks {
      for log in 0..<block.logCount {
        let record = block.events[log]
        let words = Array(block.words(of: record))
        if record.module == 0, let from = words[0].address, let units = words[2].number, units > 0,
          words[0] != words[1], named.contains(from) || from == .zero && block.height == 0
        {
          postings[ChainPlace(height: block.height, index: UInt32(log))] = units
        }
        if record.module == Staking.number, record.code == Staking.Event.claimed.rawValue,
          let beneficiary = words[2].address
        {
          claims[beneficiary, default: 0] += (words[3].number ?? 0) + (words[5].number ?? 0)
        }
      }
    }
    var met = Set<EarningReason>()
    for account in Self.accounts(life) {
      let rows = try IndexLife.all(\AccountEarning.place) {
        try index.archive.earnings(of: account, $0, EarningFilter(kind: nil))
      }
      for row in rows {
        #expect(postings.removeValue(forKey: row.place) == row.amount.units)
        met.insert(row.reason)
      }
      let paid = rows.filter { $0.reason.rule == "staking.Claimed" && account != .zero }
        .filter { $0.from == SystemAddress.account(staking.payable) }
        .reduce(UInt128(0)) { $0 + $1.amount.units }
      #expect(paid == claims[account] ?? 0 || account == .zero)
      let income = try index.archive.earnings(
        of: account, ArchivePage(limit: 10_000), EarningFilter())
      #expect(income.count == rows.filter { $0.reason.kind == .income }.count)
    }
    #expect(postings.isEmpty, "\(postings.count) postings are nobody's earnings")
    let rules = Set(met.map(\.rule))
    #expect(rules.isSuperset(of: ["genesis", "staking.Claimed", "vesting.Released"]), "\(rules)")
    #expect(met.contains { $0.pool == staking.pool && $0.kind == .income })
    #expect(met.contains { $0.pool == staking.principal && $0.kind == .returned })
    index.stop()
  }
}
