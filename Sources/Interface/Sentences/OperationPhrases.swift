/// What each operation asks for, as one would say it to the person who signs it. A test fails where
/// an operation has none, or where a phrase keeps an argument to itself.
enum OperationPhrases {
  /// By `module.operation`.
  static let all: [(operation: String, phrase: String)] =
    token + access + compliance + parameters + pools + vesting + staking + calls

  /// Arguments that a phrase may leave out, since nothing depends on them.
  static let silent = [
    "staking.safeTransferFrom": ["data"],
    "token.permit": signature,
    "token.transferWithAuthorization": signature + ["nonce"],
    "token.receiveWithAuthorization": signature + ["nonce"],
    "token.cancelAuthorization": signature,
  ]

  private static let signature = ["v", "r", "s", "signature"]

  private static let token = [
    ("token.transfer", "Send {amount} to {to}."),
    (
      "token.approve",
      "{amount?Let {spender} move up to {amount} of yours|Take back what {spender} may move of "
        + "yours}."
    ),
    ("token.transferFrom", "Send {amount} of {from} to {to}, within your allowance."),
    ("token.burn", "Burn {amount} of yours for ever."),
    ("token.burnFrom", "Burn {amount} of {from} for ever, within your allowance."),
    (
      "token.permit",
      "Let {spender} move up to {value} of {owner}, by the signature of {owner}, which is good "
        + "until {deadline}."
    ),
    (
      "token.transferWithAuthorization",
      "Send {value} of {from} to {to}, by the signature of {from}, which is good after {validAfter}"
        + " and before {validBefore}."
    ),
    (
      "token.receiveWithAuthorization",
      "Take {value} of {from} as {to}, by the signature of {from}, which is good after {validAfter}"
        + " and before {validBefore}."
    ),
    (
      "token.cancelAuthorization",
      "Make the transfer that {authorizer} signed with the nonce {nonce} impossible, by the "
        + "signature of {authorizer}."
    ),
  ]

  private static let access = [
    ("access.grantRole", "Give the role {role} to {account} for good."),
    ("access.grantRoleUntil", "Give the role {role} to {account} until {until}."),
    ("access.revokeRole", "Take the role {role} from {account}."),
    ("access.renounceRole", "Give up the role {role} as {confirmation}."),
    ("access.offerHandover", "Offer your place in the role {role} to {to}."),
    ("access.withdrawHandover", "Take back your offer of the role {role}."),
    ("access.acceptHandover", "Take over the place of {from} in the role {role}."),
  ]

  private static let compliance = [
    ("compliance.pause", "Pause the module {module}: nothing begins in it any more."),
    ("compliance.unpause", "Open the module {module} again."),
    (
      "compliance.setEmergencyLevel",
      "{level?Set the emergency level to {level}|End the emergency}."
    ),
    (
      "compliance.blockAccount",
      "Put {account} on the block list{reason?, for the reason with the digest {reason}|}."
    ),
    (
      "compliance.unblockAccount",
      "Take {account} off the block list and pay out what waited in quarantine."
    ),
    ("compliance.freeze", "Hold back a further {amount} of the balance of {account}."),
    ("compliance.unfreeze", "Give back {amount} that is held back of {account}."),
  ]

  private static let parameters = [
    ("parameters.set", "Set {pointer} to {value} from the next epoch on."),
    (
      "parameters.setGroup",
      "Set {pointers} to {values}, all or none, from the next epoch on."
    ),
  ]

  private static let pools = [
    ("pools.topUp", "Give {amount} of yours to {pool} for good."),
    ("pools.grant", "Pay {amount} from {pool} to {to}."),
    ("pools.payPlatformFee", "Pay {amount} as a fee to the platform."),
  ]

  private static let vesting = [
    ("vesting.release", "Pay out what has vested of grant {grant}."),
    ("vesting.releaseTo", "Spend {amount} of grant {grant} on {to}."),
    (
      "vesting.createGrant",
      "Put {amount} into a {revocable?revocable|lasting} grant for {beneficiary}{lock?, locked for "
        + "{lock}|}, opening evenly over {duration}."
    ),
    ("vesting.revoke", "Revoke grant {grant}; what has not vested returns to you."),
    ("vesting.changeBeneficiary", "Pass grant {grant} on to {to}."),
    ("vesting.achieveMilestone", "State that the milestone {milestone} is reached."),
  ]

  private static let staking = [
    ("staking.stake", "Stake {amount}{lock? for {lock}|, without a lock}."),
    ("staking.claim", "Claim what position {position} has earned."),
    ("staking.compound", "Add what position {position} has earned to its principal."),
    ("staking.unstake", "Take back the principal of position {position}, with what is pending."),
    (
      "staking.exitEarly",
      "Take back the principal of position {position} before its lock ends, less the penalty."
    ),
    (
      "staking.setBeneficiary",
      "Have the rewards of position {position} paid to {beneficiary}."
    ),
    ("staking.setDelegate", "Let {delegate} vote with your weight."),
    ("staking.depositRevenue", "Give {amount} of yours to all stakers, epoch by epoch."),
    ("staking.depositFeeShare", "Give {amount} of yours to all stakers by the fee share."),
    ("staking.setBonusScore", "Set the score of {account} in bonus {bonus} to {score}."),
    ("staking.clearBonusScore", "Take {account} out of bonus {bonus}."),
    ("staking.transferFrom", "Hand position {tokenId} of {from} over to {to}."),
    ("staking.safeTransferFrom", "Hand position {tokenId} of {from} over to {to}."),
    (
      "staking.approve",
      "{to?Let {to} transfer position {tokenId}|Let nobody but you transfer position {tokenId}}."
    ),
    (
      "staking.setApprovalForAll",
      "{approved?Let {operator} transfer all your positions|No longer let {operator} transfer your "
        + "positions}."
    ),
  ]

  private static let calls = [
    ("batch.execute", "Do all of these as you, or none of them: {calls}."),
    ("multicall.aggregate", "Let Multicall3 do all of these, or none of them: {calls}."),
    (
      "multicall.tryAggregate",
      "{requireSuccess?Let Multicall3 do all of these, or none of them|Let Multicall3 do what can "
        + "be done of these}: {calls}."
    ),
    (
      "multicall.tryBlockAndAggregate",
      "{requireSuccess?Let Multicall3 do all of these, or none of them|Let Multicall3 do what can "
        + "be done of these}, and tell the block: {calls}."
    ),
    (
      "multicall.blockAndAggregate",
      "Let Multicall3 do all of these, or none of them, and tell the block: {calls}."
    ),
    (
      "multicall.aggregate3",
      "Let Multicall3 do these, of which each says whether it may fail alone: {calls}."
    ),
    (
      "multicall.aggregate3Value",
      "Let Multicall3 do these with what you send, of which each says whether it may fail alone: "
        + "{calls}."
    ),
  ]
}
