internal import Primitives

extension Checks {
  /// Shares and amounts of allocations, children and wallets.
  func allocations() {
    let all = document.allocations
    let supply = document.token.totalSupply
    shares(all.map(\.share), 10_000, at: "/allocations", "the allocations")
    match(all.map(\.amount), supply, at: "/allocations", "the allocations", "the supply is")
    for (place, allocation) in all.enumerated() {
      let pointer = "/allocations/\(place)"
      if all[..<place].contains(where: { $0.id == allocation.id }) {
        fail(pointer + "/id", "\"\(allocation.id)\" stands twice", repair: "rename one")
      }
      whole(allocation.share, allocation.amount, at: pointer)
      let children = allocation.children
      shares(
        children.map(\.share), allocation.share.value, at: pointer + "/children", "the children")
      match(
        children.map(\.amount), allocation.amount, at: pointer + "/children", "the children",
        "the allocation has")
      for (number, child) in children.enumerated() {
        let path = "\(pointer)/children/\(number)"
        if children[..<number].contains(where: { $0.id == child.id }) {
          fail(path + "/id", "\"\(child.id)\" stands twice", repair: "rename one")
        }
        whole(child.share, child.amount, at: path)
        match(
          child.wallets.map(\.amount), child.amount, at: path + "/wallets", "the wallets",
          "the child has")
      }
    }
  }

  /// A share of the supply and an amount that are to be the same.
  private func whole(_ share: BasisPoints, _ amount: Amount, at pointer: String) {
    let supply = document.token.totalSupply.units
    // Ten thousandths of a supply near 2^128 would overflow; the quotient and the rest do not.
    let (quotient, rest) = supply.quotientAndRemainder(dividingBy: 10_000)
    let expected = quotient * UInt128(share.value) + rest * UInt128(share.value) / 10_000
    if amount.units != expected {
      fail(
        pointer + "/tokens",
        "\(tokens(amount.units)) tokens are not \(share.value) bps of the supply",
        repair: "write \"\(tokens(expected))\", or correct the bps")
    }
  }

  private func shares(
    _ shares: [BasisPoints], _ whole: UInt32, at pointer: String, _ what: String
  ) {
    let total = shares.reduce(UInt64(0)) { $0 + UInt64($1.value) }
    if total != UInt64(whole) {
      fail(
        pointer, "\(what) sum to \(grouped(total)) bps, not \(grouped(whole))",
        repair: "correct the bps")
    }
  }

  /// Pools against their wallets, and caps on rewards against fees.
  func pools() {
    let wallets = document.wallets
    var categories: [(name: String, cap: UInt32)] = []
    for (place, pool) in document.pools.enumerated() {
      let pointer = "/pools/\(place)"
      if document.pools[..<place].contains(where: { $0.id == pool.id }) {
        fail(pointer + "/id", "\"\(pool.id)\" stands twice", repair: "keep one of them")
        continue
      }
      guard let wallet = wallets.first(where: { $0.account == pool.id }) else {
        let names = wallets.compactMap { if case .pool = $0.release { $0.account } else { nil } }
        fail(
          pointer + "/id", "no wallet is called \"\(pool.id)\"",
          repair: Spelling.nearest(to: pool.id, among: names).map { "did you mean \"\($0)\"?" }
            ?? "add it to /allocations")
        continue
      }
      switch pool.emission {
      case .yearAmounts(_, let years, _):
        match(
          years, wallet.amount, at: pointer + "/emission/yearTokens", "the years",
          "the wallet holds")
      case .phases(_, let phases, _):
        match(
          phases.map(\.amount), wallet.amount, at: pointer + "/emission/phases", "the phases",
          "the wallet holds")
      case .onDemand:
        guard let reward = pool.rewardPerEvent, let events = pool.maximumEvents else { break }
        let (total, over) = reward.units.multipliedReportingOverflow(by: UInt128(events))
        if over || total != wallet.amount.units {
          fail(
            pointer + "/maxEvents",
            "\(grouped(events)) events of \(tokens(reward.units)) tokens are not the wallet's "
              + tokens(wallet.amount.units),
            repair: "correct the reward, the events or the wallet")
        }
      }
      if let category = pool.feeCategory, let cap = pool.perFeeCap {
        if let known = categories.firstIndex(where: { $0.name == category }) {
          categories[known].cap += cap.value
          if categories[known].cap > 9_000 {
            fail(
              pointer + "/perFeeCapBps",
              "pools on the fees of \"\(category)\" pay back \(grouped(categories[known].cap)) bps",
              repair: "lower the caps to 9,000 bps together: paying oneself must lose")
          }
        } else {
          categories.append((category, cap.value))
          if cap.value > 9_000 {
            fail(
              pointer + "/perFeeCapBps", "a reward of \(grouped(cap.value)) bps of the fee",
              repair: "write at most 9000: paying oneself must lose")
          }
        }
      }
    }
  }

  /// What the wallets' releases refer to.
  func releases() {
    for (pointer, wallet) in walletPlaces {
      let release = pointer + "/release"
      switch wallet.release {
      case .pool(let id):
        if id != wallet.account {
          fail(
            release + "/pool", "\"\(id)\" is not the wallet \"\(wallet.account)\" itself",
            repair: "write \"\(wallet.account)\"")
        } else if document.pool(id) == nil {
          fail(
            release + "/pool", "no pool is called \"\(id)\"",
            repair: Spelling.nearest(to: id, among: document.pools.map(\.id))
              .map { "did you mean \"\($0)\"?" } ?? "add it to /pools")
        }
      case .governance(_, _, let caps):
        if !caps.isEmpty {
          match(
            caps, wallet.amount, at: release + "/scheduleCapYearTokens", "the years",
            "the wallet holds")
        }
      case .milestoneCapped(let capped):
        match(
          capped.plan.years, wallet.amount, at: release + "/plan/yearTokens", "the years",
          "the wallet holds")
      case .governancePlan(let plan):
        match(
          plan.plan.years, wallet.amount, at: release + "/plan/yearTokens", "the years",
          "the wallet holds")
      case .claim(let reference):
        if document.tree.at(reference) == nil {
          fail(
            release + "/ref", "\"\(reference)\" leads nowhere",
            repair: "point at the rule of the claim, for example \"/swap\"")
        }
      case .burnMatch:
        if document.burns.match?.account != wallet.account {
          fail(
            release, "no burn match pays from \"\(wallet.account)\"",
            repair: "name it in /burns/match/account")
        }
      case .linear, .milestoneBurn, .immediate: break
      }
    }
  }

  /// Every wallet with its pointer, in file order.
  var walletPlaces: [(pointer: String, wallet: EconomyDocument.Wallet)] {
    document.allocations.enumerated().flatMap { place, allocation in
      allocation.children.enumerated().flatMap { number, child in
        child.wallets.enumerated().map { index, wallet in
          ("/allocations/\(place)/children/\(number)/wallets/\(index)", wallet)
        }
      }
    }
  }
}
