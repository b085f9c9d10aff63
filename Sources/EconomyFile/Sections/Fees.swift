public import Primitives

extension EconomyDocument {
  /// How payments are divided (economics F8 and F10).
  public struct Fees: Sendable, Equatable {
    /// The least gross of a payment.
    public let minimumGross: Amount
    public let form: FeeForm
  }

  /// The two forms of fees: one platform share (DTA) or a table of categories (BTT).
  public enum FeeForm: Sendable, Equatable {
    /// One split for every service: provider and platform, a burn, and the net platform split.
    case service(ServiceFees)
    /// A fee for each category.
    case categories(CategoryFees)
  }

  /// One platform share of every service payment (D08, D09).
  public struct ServiceFees: Sendable, Equatable {
    /// The provider side's share of gross.
    public let provider: BasisPoints
    /// The platform's share of gross.
    public let platform: BasisPoints
    /// The kinds of service that pay it.
    public let categories: [String]
    /// Taken from the platform's fee, as a share of the gross.
    public let burnOfGross: BasisPoints
    /// The net platform split in its order; the last takes the rest.
    public let net: [Share]
    /// Fees that go to the platform whole and bear no burn.
    public let purePlatformFees: [String]
  }

  /// Fees by category (B10, B12).
  public struct CategoryFees: Sendable, Equatable {
    /// In file order.
    public let categories: [FeeCategory]
    /// The account that the last share's remainder stays with.
    public let remainderTo: String
  }

  /// One category's fee and what becomes of it.
  public struct FeeCategory: Sendable, Equatable {
    /// The id in the file.
    public let id: String
    /// The share of gross.
    public let fee: BasisPoints
    /// The share of the fee that is burned.
    public let burnOfFee: BasisPoints
    /// What is left after the burn, in the order of settlement; the last takes the rest.
    public let net: [Share]
  }

  /// A part of a split.
  public struct Share: Sendable, Equatable {
    public let id: String
    public let share: BasisPoints
    public let account: String
  }
}

extension EconomyDocument.Fees {
  init(_ fields: Fields) {
    fields.prose("ref", "decision")
    minimumGross = fields.amount("minGross")
    if fields.node.value["categories"] != nil {
      form = .categories(EconomyDocument.CategoryFees(fields))
    } else {
      form = .service(EconomyDocument.ServiceFees(fields))
    }
    fields.finish()
  }
}

extension EconomyDocument.ServiceFees {
  private enum Remainder: String, CaseIterable { case provider }
  private enum Source: String, CaseIterable { case platformFee }

  init(_ fields: Fields) {
    let split = fields.required("serviceSplit")?.fields
    provider = split?.bps("providerBps") ?? .whole
    platform = split?.bps("platformBps") ?? BasisPoints(0)
    _ = split?.choice("remainderTo", Remainder.self)
    categories = split?.texts("categories") ?? []
    _ = split?.flag("oneCategoryPerPayment")
    split?.finish()
    if let split, split.node.value.members != nil, provider.value + platform.value != 10_000 {
      split.node.fail(
        "provider and platform sum to \(grouped(provider.value + platform.value)) bps",
        repair: "make them 10,000")
    }
    let burn = fields.required("serviceBurn")?.fields
    burn?.prose("formula")
    burnOfGross = burn?.bps("bpsOfGross") ?? BasisPoints(0)
    _ = burn?.choice("takenFrom", Source.self)
    _ = burn?.optional("sourceRangeBps")?.list().map { $0.bps() }
    burn?.finish()
    if let burn, split != nil, burnOfGross > platform {
      burn.required("bpsOfGross")?.fail(
        "a burn of \(burnOfGross.value) bps does not fit into the platform's \(platform.value)",
        repair: "write at most \(platform.value)")
    }
    net = Self.net(fields.required("netPlatformSplit"))
    let pure = fields.required("purePlatformFees")?.fields
    pure?.prose("path")
    purePlatformFees = pure?.texts("items") ?? []
    pure?.finish()
  }

  private static func net(_ node: Node?) -> [EconomyDocument.Share] {
    guard let node else { return [] }
    let fields = node.fields
    fields.prose("algorithm")
    let order = fields.texts("order")
    let accounts = fields.required("accounts")?.fields
    let shares = order.filter { !$0.isEmpty }.map { id in
      EconomyDocument.Share(
        id: id, share: fields.bps(id + "Bps"), account: accounts?.text(id) ?? "")
    }
    accounts?.finish()
    let remainder = fields.text("remainderTo")
    fields.finish()
    Split.check(shares, node: node)
    if let last = shares.last, !remainder.isEmpty, last.account != remainder {
      fields.required("remainderTo")?.fail(
        "the remainder goes to the last of the order, \"\(last.account)\"",
        repair: "write \"\(last.account)\", or change the order")
    }
    return shares
  }
}

extension EconomyDocument.CategoryFees {
  init(_ fields: Fields) {
    fields.prose("algorithm", "feeFrom")
    let order = fields.texts("splitOrder").filter { $0 != "burn" && !$0.isEmpty }
    let accounts = fields.required("accounts")?.fields
    let places = order.map { (id: $0, account: accounts?.text($0) ?? "") }
    accounts?.finish()
    remainderTo = fields.text("remainderTo")
    categories = fields.list("categories", isEmpty: false).map {
      EconomyDocument.FeeCategory($0.fields, places)
    }
    let discount = fields.optional("discount")?.fields
    discount?.prose("formula")
    _ = discount?.text("byStakingPeriod")
    discount?.finish()
  }
}

extension EconomyDocument.FeeCategory {
  init(_ fields: Fields, _ places: [(id: String, account: String)]) {
    id = fields.text("id")
    fee = fields.bps("feeBps")
    burnOfFee = fields.bps("burnBpsOfFee")
    _ = fields.optional("sourceBurnRangeBps")?.list().map { $0.bps() }
    let split = fields.required("netSplit")?.fields
    net = places.compactMap { place in
      guard let share = split?.optional(place.id + "Bps")?.bps() else { return nil }
      return EconomyDocument.Share(id: place.id, share: share, account: place.account)
    }
    split?.finish()
    if let split, split.node.value.members != nil { Split.check(net, node: split.node) }
    fields.finish()
  }
}

/// What every split must obey.
enum Split {
  /// The shares are the whole.
  static func check(_ shares: [EconomyDocument.Share], node: Node) {
    let sum = shares.reduce(UInt64(0)) { $0 + UInt64($1.share.value) }
    if sum != 10_000 {
      node.fail("the shares sum to \(grouped(sum)) bps", repair: "make them 10,000")
    }
  }
}
