/// A row of the requirements that is built, and the doors through which it is reached.
struct Requirement: Sendable {
  /// As it stands in the titles of tests, such as `S04` or `edge case 7`.
  let id: String
  /// What it asks for, in a line.
  let text: String
  /// Calls and queries by module and name; a module alone stands for all of its doors.
  let doors: [String]

  init(_ id: String, _ text: String, _ doors: String...) {
    self.id = id
    self.text = text
    self.doors = doors
  }

  /// Every row of what is built so far, in the order of the requirements. A stage that builds more
  /// adds its rows here; a row without a test fails `RequirementsTests`.
  static let all = token + allocations + staking + releases + others + edgeCases + formulas

  private static let token = [
    Requirement("T01", "name and symbol of DTA", "token.name", "token.symbol"),
    Requirement(
      "T02", "ERC-20", "token.transfer", "token.approve", "token.transferFrom", "token.allowance"),
    Requirement("T03", "burnable", "token.burn", "token.burnFrom"),
    Requirement(
      "T04", "pausable", "compliance.pause", "compliance.unpause", "compliance.setEmergencyLevel"),
    Requirement("T05", "role-based access control", "access"),
    Requirement("T06", "an operation is atomic, nothing re-enters", "token", "batch.execute"),
    Requirement(
      "T07", "blacklist, freeze, quarantine", "compliance.blockAccount",
      "compliance.unblockAccount", "compliance.freeze", "compliance.unfreeze"),
    Requirement("T08", "four decimals", "token.decimals"),
    Requirement("T09", "total supply 1,000,000,000, fixed", "token.totalSupply"),
  ]

  private static let allocations = [
    Requirement("A01", "ecosystem rewards 300M", "pools.pool", "pools.schedule"),
    Requirement("A02", "staking rewards 120M", "pools.pool", "pools.schedule", "staking.rewards"),
    Requirement("A03", "digital twin incentives 80M", "pools.pool", "pools.schedule"),
    Requirement(
      "A04", "AI service providers 60M", "pools.pool", "pools.schedule", "pools.grant"),
    Requirement("A05", "data contribution 40M", "pools.pool", "pools.schedule"),
    Requirement("A06", "treasury and partnerships 220M", "vesting.release", "vesting.vested"),
    Requirement("A07", "burn and reserve 137M", "pools.burns", "vesting.releaseTo"),
    Requirement("A08", "BIVE swap 110M", "token.balanceOf"),
    Requirement("A09", "team and advisors 100M", "vesting.release", "vesting.vested"),
    Requirement(
      "A10", "community DAO 100M", "vesting.release", "vesting.releaseTo", "pools.schedule"),
    Requirement("A11", "BIVE bonus 33M", "token.balanceOf"),
  ]

  private static let staking = [
    Requirement("S01", "bronze", "staking.stake", "staking.rates"),
    Requirement("S02", "silver", "staking.stake", "staking.rates"),
    Requirement("S03", "gold", "staking.stake", "staking.rates"),
    Requirement("S04", "platinum", "staking.stake", "staking.rates"),
    Requirement("S05", "diamond", "staking.stake", "staking.rates"),
    Requirement(
      "S06", "ecosystem bonuses", "staking.setBonusScore", "staking.clearBonusScore",
      "staking.bonuses", "staking.bonusScore"),
    Requirement(
      "S07", "the flow of a stake and its receipt", "staking.stake", "staking.position",
      "staking.ownerOf", "staking.transferFrom", "staking.getVotes", "staking.unstake"),
    Requirement("S08", "8 to 25% by lock and tier", "staking.rates", "staking.coverage"),
    Requirement("S09", "compound returns", "staking.compound", "staking.exitEarly"),
    Requirement("S10", "reward from base and bonuses", "staking.claim", "staking.pending"),
  ]

  private static let releases = [
    Requirement("X01", "21,000,000 BTT with 18 decimals", "token.totalSupply", "token.decimals"),
    Requirement("X02", "BitWave 2.1M", "vesting.release", "vesting.vested"),
    Requirement("X03", "China Digital Healthcare Group 1.05M", "vesting.release"),
    Requirement("X04", "M DAO 0.63M", "vesting.release"),
    Requirement("X05", "Web3 Ventures and KNCapital 0.63M", "vesting.release"),
    Requirement("X06", "CryptoSeed and AN Innovators 0.42M", "vesting.release"),
    Requirement("X07", "team and core advisors 1.68M", "vesting.release"),
    Requirement(
      "X08", "foundation 3.57M", "vesting.release", "vesting.achieveMilestone",
      "vesting.milestones"),
    Requirement("X09", "mining pool 6.3M", "pools.pool", "pools.schedule"),
    Requirement("X10", "community incentives 2.52M", "pools.pool", "pools.schedule"),
    Requirement("X11", "ecosystem development fund 1.47M", "vesting.releaseTo"),
    Requirement("X12", "liquidity fund 0.42M", "vesting.release", "vesting.releasable"),
    Requirement("X13", "strategic reserve 0.21M", "vesting.releaseTo"),
    Requirement("X14", "mining tranches", "pools.schedule"),
    Requirement("X15", "mining formula's variables", "parameters.parameter", "parameters.limits"),
    Requirement("X16", "release schedule by year", "vesting.releasedInYear"),
    Requirement("X17", "investor contributions", "vesting.grantOfWallet", "vesting.grant"),
    Requirement("X18", "allocations sum to 21.00M", "token.totalSupply", "token.balanceOf"),
  ]

  private static let others = [
    Requirement("Y14", "burns of staking rewards", "staking.claim", "staking.compound"),
    Requirement(
      "Y15", "five staking terms with benefits", "staking.stake", "staking.rates",
      "staking.benefits", "staking.benefitsOf"),
    Requirement("Y20", "scarcity", "token.burn", "token.totalSupply", "staking.stake"),
    Requirement(
      "R01", "revenue split 40/30/20/10", "pools.payPlatformFee", "pools.waterfall",
      "pools.quote"),
    Requirement("B05", "the yearly cap and the floor of burns", "pools.burns"),
  ]

  private static let edgeCases = [
    Requirement(
      "edge case 1", "votes are counted once", "staking.transferFrom", "staking.setDelegate",
      "staking.getVotes", "staking.delegates"),
    Requirement("edge case 3", "rounding dust", "staking.claim", "vesting.release"),
    Requirement("edge case 4", "nobody staked, the first staker", "staking.stake"),
    Requirement("edge case 5", "a pool runs dry", "staking.shortfall", "staking.unstake"),
    Requirement(
      "edge case 6", "rates and bonuses change mid-period", "parameters.set",
      "staking.setBonusScore"),
    Requirement("edge case 7", "pause with open entitlements", "compliance.pause"),
    Requirement("edge case 8", "blacklisted counterparties", "compliance.blockAccount"),
    Requirement(
      "edge case 11", "vesting and revocation", "vesting.createGrant", "vesting.revoke"),
    Requirement("edge case 15", "determinism, time and overflow", "token", "staking"),
  ]

  private static let formulas = [
    Requirement("F1", "nested split", "pools.quote", "pools.payPlatformFee"),
    Requirement("F2", "schedules", "pools.schedule", "pools.pool"),
    Requirement("F3", "vesting", "vesting.vested", "vesting.release"),
    Requirement("F4", "the accumulator under a ceiling", "staking.pending", "staking.claim"),
    Requirement("F5", "rates", "staking.rates", "staking.position"),
    Requirement("F6", "compound", "staking.compound"),
    Requirement("F7", "early exit", "staking.exitEarly", "staking.exitPenalty"),
    Requirement("F7b", "burn of a claim", "staking.claim"),
    Requirement("F9", "burns", "pools.burns"),
    Requirement("F28", "parameter change", "parameters.set", "parameters.setGroup"),
  ]
}
