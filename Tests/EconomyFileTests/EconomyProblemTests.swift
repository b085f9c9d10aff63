import EconomyFile
import Primitives
import Testing

/// A small edit of a good file, and what the reader must say of it.
struct Broken: Sendable, CustomTestStringConvertible {
  let file: String
  let old: String
  let new: String
  let pointer: String
  let cause: String
  let repair: String

  init(
    _ old: String, _ new: String, at pointer: String, _ cause: String, _ repair: String,
    in file: String = "dta"
  ) {
    self.file = file
    self.old = old
    self.new = new
    self.pointer = pointer
    self.cause = cause
    self.repair = repair
  }

  var testDescription: String { "\(file)\(pointer): \(new)" }
}

@Suite struct EconomyProblemTests {
  static let table: [Broken] = [
    // Keys and kinds.
    Broken(
      "\"symbol\": \"DTA\"", "\"symbl\": \"DTA\"", at: "/token/symbl", "unknown key",
      "did you mean \"symbol\"?"),
    Broken(
      "\"supplyModel\": \"fixed\",", "", at: "/token", "\"supplyModel\" is missing", "add it"),
    Broken(
      "\"decimals\": 4", "\"decimals\": \"4\"", at: "/token/decimals", "a string stands",
      "without quotes"),
    Broken(
      "\"decimals\": 4", "\"decimals\": 19", at: "/token/decimals", "19 is out of range",
      "0 to 18"),
    Broken(
      "\"decimals\": 4", "\"decimals\": -4", at: "/token/decimals", "-4 is negative",
      "plain digits"),
    Broken(
      "\"aprMinBps\": 800", "\"aprMinBps\": 8e2", at: "/staking/tiers/0/aprMinBps",
      "8e2 has an exponent", "plain digits"),
    Broken(
      "\"days\": 90", "\"days\": 90.5", at: "/staking/locks/1/days", "not a whole number",
      "plain digits"),
    Broken(
      "\"pausable\": true", "\"pausable\": \"yes\"", at: "/token/pausable",
      "a string stands where a flag must", "true or false"),
    Broken(
      "\"symbol\": \"DTA\"", "\"symbol\": \"DTACOIN\"", at: "/token/symbol", "is no symbol",
      "1 to 6"),
    Broken(
      "\"mintAfterGenesis\": false", "\"mintAfterGenesis\": true", at: "/token/mintAfterGenesis",
      "nothing is minted", "write false"),
    Broken(
      "\"kind\": \"burnMatch\"", "\"kind\": \"burnMach\"",
      at: "/allocations/2/children/0/wallets/0/release/kind", "\"burnMach\" is not known",
      "did you mean \"burnMatch\"?"),
    Broken(
      "\"genesis\": \"2025-10-01T00:00:00Z\"", "\"genesis\": \"2025-10-02T00:00:00Z\"",
      at: "/time/genesis", "not the second 1759276800", "2025-10-01T00:00:00Z"),
    // Amounts and sums.
    Broken(
      "\"totalSupply\": { \"tokens\": \"1000000000\"",
      "\"totalSupply\": { \"tokens\": \"100000000\"",
      at: "/token/totalSupply/units", "are not 100000000 tokens at 4 decimals",
      "write \"1000000000000\""),
    Broken(
      "\"minGross\": { \"tokens\": \"0.0010\"", "\"minGross\": { \"tokens\": \"0.00101\"",
      at: "/fees/minGross/tokens", "more decimals than the token", "at most 4 decimals"),
    Broken(
      "\"totalSupply\": { \"tokens\": \"1000000000\"",
      "\"totalSupply\": { \"tokens\": \"1\(String(repeating: "0", count: 36))\"",
      at: "/token/totalSupply/tokens", "more than 128 bits", "write for example"),
    Broken(
      "\"id\": \"ecosystemRewards\",\n      \"label\": \"Ecosystem Rewards\",\n      \"bps\": 3000",
      "\"id\": \"ecosystemRewards\",\n      \"label\": \"Ecosystem Rewards\",\n      \"bps\": 3001",
      at: "/allocations", "sum to 10,001 bps", "correct the bps"),
    Broken(
      "\"account\": \"team.core\",\n              \"tokens\": \"60000000\",\n"
        + "              \"units\": \"600000000000\"",
      "\"account\": \"team.core\",\n              \"tokens\": \"60000001\",\n"
        + "              \"units\": \"600000010000\"",
      at: "/allocations/4/children/0/wallets", "the child has 60000000", "take 1 tokens"),
    Broken(
      "\"20400000\"", "\"20400001\"", at: "/pools/0/emission/yearTokens",
      "sum to 120000001 tokens", "take 1 tokens"),
    Broken(
      "\"maxEvents\": 20000", "\"maxEvents\": 20001", at: "/pools/1/maxEvents",
      "20,001 events of 100 tokens", "correct the reward"),
    Broken(
      "\"yearCapTokens\": [\n        \"8200000\"", "\"yearCapTokens\": [\n        \"8200001\"",
      at: "/burns/match/yearCapTokens", "the years sum to 82000001", "take 1 tokens"),
    // Splits, tables, ids and accounts.
    Broken(
      "\"providerBps\": 9000", "\"providerBps\": 8900", at: "/fees/serviceSplit", "9,900 bps",
      "make them 10,000"),
    Broken(
      "\"tokenBurnBps\": 1000,", "\"tokenBurnBps\": 999,", at: "/fees/netPlatformSplit",
      "sum to 9,999 bps", "make them 10,000"),
    Broken(
      "\"perFeeCapBps\": 4500", "\"perFeeCapBps\": 4501", at: "/pools/5/perFeeCapBps",
      "pay back 9,001 bps", "paying oneself must lose"),
    Broken(
      "\"minPrincipal\": { \"tokens\": \"10000\", \"units\": \"100000000\" }",
      "\"minPrincipal\": { \"tokens\": \"1000\", \"units\": \"10000000\" }",
      at: "/staking/tiers/1/minPrincipal", "is not above the one before", "rising order"),
    Broken(
      "\"days\": 180", "\"days\": 80", at: "/staking/locks/2/days", "the lock 80 is not above",
      "rising order"),
    Broken(
      "\"id\": \"silver\"", "\"id\": \"bronze\"", at: "/staking/tiers/1/id", "stands twice",
      "rename"),
    Broken(
      "\"payable\": \"staking.payable\"", "\"payable\": \"staking.payible\"",
      at: "/staking/payable", "no account is called", "did you mean \"staking.payable\"?"),
    Broken(
      "\"pool\": \"pool.twin.feed\",\n      \"basePerMonth\"",
      "\"pool\": \"pool.twin.food\",\n      \"basePerMonth\"", at: "/twins/feed/pool",
      "no account is called", "did you mean \"pool.twin.feed\"?"),
    Broken(
      "\"basePerMonth\"", "\"basePerMonht\"", at: "/twins/feed/basePerMonht", "unknown key",
      "did you mean \"basePerMonth\"?"),
    // Bounds.
    Broken(
      "\"param\": \"/fees/serviceBurn/bpsOfGross\"", "\"param\": \"/fees/serviceBurn/bpsOfGros\"",
      at: "/bounds/0/param", "leads nowhere", "did you mean \"/fees/serviceBurn/bpsOfGross\"?"),
    Broken(
      "\"bpsOfGross\": 500", "\"bpsOfGross\": 100", at: "/bounds/0",
      "the present value 100 of /fees/serviceBurn/bpsOfGross", "widen the bounds"),
    Broken(
      "\"param\": \"/burns/annualCapBps\"", "\"param\": \"/burns/supplyFloor/units\"",
      at: "/bounds/21/param", "fixed for good", "remove the bound"),
    // Network and access.
    Broken(
      "\"chainId\": 382001", "\"chainId\": 4503599627370477", at: "/network/chainId",
      "out of range", "4,503,599,627,370,476"),
    Broken(
      "\"baseFeePerGas\": \"100000000000\"", "\"baseFeePerGas\": \"150000000000\"",
      at: "/network/baseFeePerGas", "no multiple of the price quantum 100000000000",
      "write \"100000000000\""),
    Broken(
      "\"feeAccount\": \"network.fees\"", "\"feeAccount\": \"network.fee\"",
      at: "/network/feeAccount", "no account is called", "did you mean \"network.fees\"?"),
    Broken(
      "\"token.burn\": 30", "\"tokenburn\": 30", at: "/network/gas/tokenburn",
      "names no operation", "module.operation"),
    Broken(
      "\"holders\": [\"arbiter\"]", "\"holders\": [\"arbitrer\"]",
      at: "/access/roles/arbiter/holders/0", "no name of access", "did you mean \"arbiter\"?"),
    // What the staking module does not do.
    Broken(
      "\"explicit\": true", "\"explicit\": false", at: "/staking/compound/explicit",
      "only when somebody asks", "write true"),
    Broken(
      "\"capped\": false", "\"capped\": true", at: "/staking/dynamic/feeShare/capped",
      "no ceiling", "write false", in: "btt"),
    Broken(
      "{ \"id\": \"governanceVoting\", \"maxBps\": 1000 },",
      (0..<6).map { "{ \"id\": \"b\($0)\", \"maxBps\": 500 }," }.joined(),
      at: "/staking/bonuses/items", "9 bonuses stand", "at most 8"),
    Broken(
      "\"arbiter\": null", "\"arbiter\": \"0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeD\"",
      at: "/access/names/arbiter", "is no address", "capitals of EIP-55"),
    Broken(
      "\"arbiter\": null", "\"arbiter\": \"0x1234\"", at: "/access/names/arbiter",
      "is no address", "40 hexadecimal digits"),
    Broken(
      "\"technicalCommittee.5\"\n      ]", "\"technicalCommittee.4\"\n      ]",
      at: "/access/bodies/technicalCommittee", "is a member twice", "five different"),
    Broken(
      "\"team.core\": \"team.core.beneficiary\",", "", at: "/access/beneficiaries",
      "the wallet \"team.core\" has no beneficiary", "add it"),
    // What BTT has of its own.
    Broken(
      "\"developmentFundBps\": 4000,", "\"developmentFundBps\": 3000,",
      at: "/fees/categories/0/netSplit", "sum to 9,000 bps", "make them 10,000", in: "btt"),
    Broken(
      "\"rewardBurnBps\": 1000", "\"rewardBurnBps\": 500",
      at: "/staking/periods/4/rewardBurnBps", "is not above the one before", "rising",
      in: "btt"),
    Broken(
      "\"discretionaryPlanTokens\": [\n      \"900000\"",
      "\"discretionaryPlanTokens\": [\n      \"900001\"",
      at: "/releaseGovernor/discretionaryPlanTokens/0", "sum to 900000 tokens", "add 1 tokens",
      in: "btt"),
    Broken(
      "\"11550000\"", "\"11500000\"", at: "/releaseGovernor/cumulativeCeilingTokens/2",
      "11550000 tokens are released by then", "lift the ceiling", in: "btt"),
    Broken(
      "\"id\": \"hospitals100\",\n          \"tokens\": \"70000\",\n"
        + "          \"units\": \"70000000000000000000000\"",
      "\"id\": \"hospitals100\",\n          \"tokens\": \"60000\",\n"
        + "          \"units\": \"60000000000000000000000\"",
      at: "/burns/milestone/items", "the burns sum to 360000", "add 10000 tokens", in: "btt"),
    Broken(
      "\"qualityBps\": 3000", "\"qualityBps\": 3001", at: "/mining/weights", "10,001 bps",
      "make them 10,000", in: "btt"),
  ]

  @Test(arguments: table) func refuses(broken: Broken) throws {
    let text = Economies.text(broken.file)
    let isThere = text.contains(broken.old)
    try #require(isThere, "the good file has the old text")
    let problems = Economies.problems(
      text.replacing(broken.old, with: broken.new, maxReplacements: 1))
    let found = problems.contains {
      $0.pointer == broken.pointer && $0.cause.contains(broken.cause)
        && $0.repair.contains(broken.repair)
    }
    #expect(found, "\(problems.map(\.description).joined(separator: "\n"))")
  }

  /// A mistake is told once: what depends on it stays silent.
  @Test(arguments: [
    ("dta", "\"decimals\": 4", "\"decimals\": 19", "/token/decimals"),
    ("dta", "\"days\": 90", "\"days\": 90.5", "/staking/locks/1/days"),
    ("dta", "\"symbol\"", "\"symbl\"", "/token/symbl"),
    (
      "btt", "\"discretionaryPlanTokens\": [\n      \"900000\"",
      "\"discretionaryPlanTokens\": [\n      \"900001\"",
      "/releaseGovernor/discretionaryPlanTokens/0"
    ),
  ])
  func tellsAMistakeOnce(file: String, old: String, new: String, pointer: String) {
    let text = Economies.text(file).replacing(old, with: new, maxReplacements: 1)
    #expect(Economies.problems(text).map(\.pointer) == [pointer])
  }

  /// One run finds everything, in the order of the file.
  @Test func collectsAllProblemsInFileOrder() {
    var text = Economies.dta
    for (old, new) in [
      ("\"annualCapBps\": 1000", "\"annualCapBps\": -1"), ("\"symbol\": \"DTA\"", "\"symbol\": 7"),
      ("\"chainId\": 382001", "\"chainId\": 0"), ("\"days\": 90", "\"days\": 9"),
      ("\"title\"", "\"tittle\""),
    ] {
      text = text.replacing(old, with: new, maxReplacements: 1)
    }
    #expect(
      Economies.problems(text).map(\.pointer) == [
        "/tittle", "/token/symbol", "/network/chainId", "/staking/locks/1/days",
        "/burns/annualCapBps",
      ])
  }

  @Test func namesThePlaceOfASyntaxError() {
    let problems = Economies.problems("{\n  \"token\": {\n}")
    #expect(problems.count == 1)
    #expect(problems.first?.description.contains("the economy file is no JSON: line 3") == true)
    let overlay = Economies.problems(Economies.dta, overlays: ["[]"])
    #expect(overlay.first?.cause == "overlay 1 is no object")
    #expect(Economies.problems("{}").count > 15)
  }

  /// Whatever becomes of a file, the reader answers; what it accepts, it also writes and reads.
  @Test(arguments: ["dta", "btt"]) func survivesMutations(file: String) throws {
    let good = Array(Economies.text(file).utf8)
    var state: UInt64 = 382_001
    func next(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int((state >> 33) % UInt64(bound))
    }
    let pieces = [
      "0", "9", "-", "e", ".", "\"", "{", "}", "[", "]", ",", ":", "null", "true", "x", "\"0\"",
      "99999999999999999999999999999999999999", "340282366920938463463374607431768211456",
    ].map { Array($0.utf8) }
    var accepted = 0
    for _ in 0..<50 {
      var bytes = good
      for _ in 0...next(3) {
        let place = next(bytes.count)
        // Only digits and letters inside values are touched half of the time, so that many texts
        // remain JSON and reach the checks.
        if next(2) == 0, bytes[place] >= 0x30, bytes[place] <= 0x39 {
          bytes[place] = 0x30 + UInt8(next(10))
        } else {
          let piece = pieces[next(pieces.count)]
          bytes.replaceSubrange(place..<min(bytes.count, place + next(6)), with: piece)
        }
      }
      guard let economy = try? EconomyFile.load(text: String(decoding: bytes, as: UTF8.self)) else {
        continue
      }
      accepted += 1
      #expect(try EconomyFile.load(text: EconomyFile.text(economy)) == economy)
      _ = EconomySummary(economy).json
    }
    #expect(accepted > 0)
  }

  /// Every value in turn is removed or replaced: a problem or a sound document, never a trap.
  @Test(arguments: ["dta", "btt"]) func survivesEveryReplacedValue(file: String) throws {
    let tree = try JSONParser.parse(Array(Economies.text(file).utf8), comments: true)
    let replacements: [JSONValue] = [
      .null, .number("0"), .number("18446744073709551615"), .string("x"), .array([]), .object([]),
      .string("340282366920938463463374607431768211455"), .array([.object([]), .null]),
    ]
    var places: [[Int]] = []
    collect(tree, [], &places)
    for (number, place) in places.enumerated() where number % 13 == 0 {
      let value = replacements[(number / 13) % replacements.count]
      let changed = replace(tree, place[...], with: value)
      if let economy = try? EconomyFile.load(text: changed.text) {
        _ = economy.genesisBalances()
        _ = EconomySummary(economy).text
      }
    }
    #expect(places.count > 1_000)
  }

  private func collect(_ value: JSONValue, _ path: [Int], _ places: inout [[Int]]) {
    places.append(path)
    let children = value.members?.map(\.value) ?? value.elements ?? []
    for (index, child) in children.enumerated() { collect(child, path + [index], &places) }
  }

  private func replace(
    _ value: JSONValue, _ path: ArraySlice<Int>, with new: JSONValue
  ) -> JSONValue {
    guard let index = path.first else { return new }
    switch value {
    case .array(var elements):
      elements[index] = replace(elements[index], path.dropFirst(), with: new)
      return .array(elements)
    case .object(var members):
      members[index].value = replace(members[index].value, path.dropFirst(), with: new)
      return .object(members)
    default: return value
    }
  }
}
