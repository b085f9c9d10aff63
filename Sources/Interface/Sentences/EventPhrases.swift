/// What each event says happened. A test fails where an event has none, or where a phrase keeps a
/// value to itself.
enum EventPhrases {
  /// By `module.Event`.
  static let all: [(event: String, phrase: String)] =
    token + access + compliance + parameters + pools + vesting + staking + calls

  /// Values that a phrase may leave out: they are there for programs.
  static let silent = [
    "staking.Staked": ["weight"],
    "staking.Repriced": ["weight"],
  ]

  private static let token = [
    (
      "token.Transfer",
      "{from?{to?{value} went from {from} to {to}|{value} of {from} were burned}|{value} came into "
        + "being for {to}}."
    ),
    (
      "token.Approval",
      "{value?{owner} let {spender} move up to {value}|{owner} took back what {spender} may move}."
    ),
    ("token.Burn", "{holder} burned {amount} for ever."),
    ("token.AuthorizationUsed", "What {authorizer} signed with the nonce {nonce} was done."),
    (
      "token.AuthorizationCanceled",
      "What {authorizer} signed with the nonce {nonce} can no longer happen."
    ),
  ]

  private static let access = [
    ("access.RoleGrantedUntil", "{sender} gave the role {role} to {account} until {until}."),
    ("access.RoleRevoked", "{sender} took the role {role} from {account}."),
    ("access.HandoverOffered", "{sender} offered the role {role} to {to}, from {ready} on."),
    ("access.HandoverWithdrawn", "{sender} took back the offer of the role {role} to {to}."),
  ]

  private static let compliance = [
    ("compliance.Paused", "{sender} paused the module {module}."),
    ("compliance.Unpaused", "{sender} opened the module {module} again."),
    ("compliance.EmergencyLevelSet", "{sender} set the emergency level to {level}."),
    (
      "compliance.Blocked",
      "{sender} put {account} on the block list{reason?, for the reason with the digest {reason}|}."
    ),
    (
      "compliance.Unblocked",
      "{sender} took {account} off the block list{released?; {released} were paid out|}."
    ),
    ("compliance.Frozen", "{sender} held back a further {amount} of {account}."),
    ("compliance.Unfrozen", "{sender} gave back {amount} that was held back of {account}."),
    ("compliance.Quarantined", "{amount} from {payer} wait in quarantine for {account}."),
  ]

  private static let parameters = [
    (
      "parameters.ParameterScheduled",
      "{sender} set {pointer} from {oldValue} to {newValue}, effective {effective}."
    ),
    ("parameters.ParameterChanged", "{pointer} changed from {oldValue} to {newValue}."),
  ]

  private static let pools = [
    ("pools.PoolToppedUp", "{from} gave {amount} to {pool}."),
    ("pools.PoolGranted", "{sender} had {pool} pay {amount} to {to}."),
    ("pools.PlatformFeeSplit", "{payer} paid {amount} as a fee to the platform."),
    ("pools.NetworkFeesSplit", "{amount} of network fees were split."),
    (
      "pools.BurnCapped",
      "Of {wanted} to be burned from {from}, {burned} were burned and {overflow} went to the "
        + "overflow."
    ),
    (
      "pools.BurnMatched",
      "The reserve burned {matched} beside the {organic} burned in epoch {epoch}."
    ),
  ]

  private static let vesting = [
    (
      "vesting.GrantCreated",
      "{grantor} put {amount} into {revocable?the revocable|the} grant {grant} for {beneficiary}"
        + "{lock?, locked for {lock}|}, opening evenly over {duration}."
    ),
    ("vesting.Released", "Grant {grant} paid {amount} to {to}."),
    ("vesting.Revoked", "{grantor} revoked grant {grant}; {returned} went back."),
    ("vesting.BeneficiaryChanged", "Grant {grant} passed from {from} to {to}."),
    (
      "vesting.MilestoneAchieved",
      "{sender} stated that the milestone {milestone} is reached: {burned} burned, {unlocked} "
        + "unlocked."
    ),
  ]

  private static let staking = [
    (
      "staking.Transfer",
      "{from?{to?Position {tokenId} of {from} went to {to}|Position {tokenId} of {from} ended}"
        + "|Position {tokenId} began for {to}}."
    ),
    (
      "staking.Approval",
      "{approved?{owner} let {approved} transfer position {tokenId}|{owner} lets nobody else "
        + "transfer position {tokenId}}."
    ),
    (
      "staking.ApprovalForAll",
      "{approved?{owner} let {operator} transfer all positions|{owner} no longer lets {operator} "
        + "transfer positions}."
    ),
    (
      "staking.Staked",
      "{owner} staked {amount} in position {position}{lock? for {lock}, until {lockEnd}|, without "
        + "a lock}."
    ),
    (
      "staking.Claimed",
      "Position {position} of {owner} paid {paid}{feeShare? and {feeShare} of the fee share|} to "
        + "{beneficiary}{burned?; {burned} were burned|}."
    ),
    (
      "staking.Compounded",
      "Position {position} of {owner} grew by {added} to {principal}{feeShare?, and {feeShare} of "
        + "the fee share were paid|}{burned?; {burned} were burned|}."
    ),
    ("staking.Unstaked", "{owner} took back {principal} of position {position}."),
    (
      "staking.ExitedEarly",
      "{owner} took back {returned} of position {position} early, less {penalty}, of which {burned}"
        + " were burned{forfeited?; rewards of {forfeited} were forfeited|}."
    ),
    ("staking.Repriced", "The lock of position {position} of {owner} ended: {apr} a year now."),
    ("staking.BonusScoreSet", "{account} has the score {score} in bonus {bonus}."),
    ("staking.BonusScoreCleared", "{account} is out of bonus {bonus}."),
    ("staking.BeneficiarySet", "The rewards of position {position} go to {beneficiary}."),
    (
      "staking.DelegateChanged",
      "{toDelegate} votes with the weight of {delegator} in place of {fromDelegate}."
    ),
    ("staking.RevenueDeposited", "{from} gave {amount} to all stakers, epoch by epoch."),
    ("staking.FeeShareDeposited", "{from} gave {amount} to all stakers by the fee share."),
    (
      "staking.StakingEpochOpened",
      "Epoch {epoch} opened: stakers may earn {budget}{feeShare?, and {feeShare} of the fee "
        + "share|}."
    ),
  ]

  private static let calls = [
    ("batch.BatchExecuted", "{sender} did {calls} things at once."),
    (
      "multicall.Aggregated",
      "{sender} let Multicall3 do {calls} things{failed?, of which {failed} failed|}."
    ),
  ]
}
