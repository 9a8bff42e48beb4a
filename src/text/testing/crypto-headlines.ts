/**
 * @file Made-up headlines of crypto markets with their moods, to hold scorers against. Rules of labelling: bullish or bearish
 * is what the words say of the named coin or of the market in the days after, by a reader who knows nothing else; a plan,
 * a description, a question or two sides that cancel out are neutral; a danger that was averted is bullish.
 */
import type { Mood } from "../score.ts";

const BULLISH = `
Bitcoin surges past $90,000 to a record high
Ether climbs 6% as spot ETF inflows accelerate
Solana rallies after network upgrade goes live
Regulator approves first spot Solana ETF
Court rejects lawsuit against Ripple over XRP sales
Bitcoin rebounds above its 200-day average
Whale accumulates 12,000 BTC in a week
Exchange resumes withdrawals after short outage
Cardano jumps 11% on partnership with payment firm
Stablecoin regains peg after brief scare
Bitcoin ETFs record strongest inflows since launch
Polygon gains as developers adopt new scaling tool
Hacker returns funds stolen from lending protocol
Avalanche soars on institutional adoption
Dogecoin up 9% after tip feature goes live
Analysts upgrade bitcoin miners on higher margins
Ethereum fees fall to lowest level in two years after upgrade
Tether profit rises to record in third quarter
Chainlink breaks out to fresh high for the year
Miners' revenue climbs as hash price recovers
Bank lifts ban on crypto purchases
Arbitrum outperforms rivals as activity booms
Bitcoin short squeeze sends price to all-time high
Senate clears bill favorable to stablecoins
Litecoin rises after halving
Uniswap wins dismissal of class action
XRP jumps 20% as regulator drops appeal
Sui hits new high as deposits double
Fund buys the dip, adds 5,000 ether
Crypto market adds $100 billion as risk appetite recovers
Exchange denies rumors of insolvency as reserves exceed deposits
Toncoin advances after wallet expansion
Bitcoin holds gains as inflation eases
Layer-2 tokens boosted by lower costs
Near protocol climbs on artificial intelligence optimism
Aptos up 14% after stablecoin launch
Hong Kong approves bitcoin and ether funds
Bitcoin miner beats estimates, raises guidance
Protocol averts exploit thanks to quick patch
Ether staking demand strong as yields improve
`;
const BEARISH = `
Bitcoin plunges below $60,000 as liquidations mount
Ether drops 8% after exchange hack
Solana network suffers five-hour outage
Stablecoin loses its dollar peg
Exchange halts withdrawals citing liquidity crisis
Regulator sues exchange over unregistered securities
Hackers drain $190 million from bridge
Bitcoin slides as ETF outflows hit record
Court rejects appeal to approve bitcoin fund
Lender files for bankruptcy after collateral collapse
XRP tumbles on delisting fears
Whale moves 20,000 BTC to exchange, raising sell-off fears
Protocol exploited, token crashes 70%
Miners sell reserves as revenue shrinks
Founder arrested on fraud charges
Exchange to delist privacy coins
Dogecoin down 12% as hype fades
Cardano slips below key support
China widens ban on crypto trading
Avalanche falls as activity slows
Crypto firm cuts a fifth of its staff
Bitcoin extends losses after hawkish Fed
Stablecoin issuer fined over reserves
Token unlock worth $400 million weighs on price
Ether futures liquidations top $500 million
Bitcoin death cross warns of deeper decline
Wallet provider warns users of breach
Fund suspends redemptions amid market turmoil
Polygon slumps as rivals gain share
Exchange token sinks on insolvency rumors
Network halted after validators disagree
Bitcoin fails to hold $70,000, sellers return
Oracle failure triggers wrongful liquidations
Investors withdraw record sum from crypto funds
Senate rejects stablecoin bill
Meme coin was a scam, police say
Miner misses estimates as costs rise
Central bank warns of crypto risks
Litecoin weak after failed breakout
Analyst downgrades exchange on slowing volumes
`;
const NEUTRAL = `
What to know about the next bitcoin halving
Exchange lists new perpetual contract
Ethereum developers set date for testnet
How stablecoins work: a guide
Bitcoin trades at $65,000
Conference on digital assets opens in Singapore
Exchange announces scheduled maintenance on Tuesday
Interview with a core developer of Cardano
Regulator publishes consultation on custody rules
New fund files registration statement
Solana foundation appoints head of research
Ether and bitcoin little changed in quiet trading
Five charts on mining this year
Wallet releases version 3.2
Is ether a commodity or a security?
Study compares proof of work and proof of stake
Exchange changes fee tiers from next month
Bank explores tokenized deposits
Bitcoin volume by exchange in August
Token holders vote on treasury proposal
Protocol migrates to new contract address
Central bank governor to speak at noon
Company moves headquarters to Lisbon
Report: who owns the most bitcoin?
Update to the index methodology
Exchange adds support for Spanish
Block 900,000 was mined on Friday
Museum shows history of money
Lawmakers hold hearing on stablecoins
Podcast: what is a rollup?
Foundation publishes quarterly transparency letter
Airdrop: eligibility criteria explained
Exchange to adjust tick size of 40 contracts
Court sets trial date for March
Auditor named for reserve attestations
Bitcoin options expire today
Survey asks students about digital money
Bridge operator publishes roadmap
Prime minister meets exchange founders
Weekly summary of governance votes
`;

function rows(text: string, mood: Mood): ReadonlyArray<{ readonly text: string; readonly mood: Mood }> {
  return text
    .trim()
    .split("\n")
    .map((line) => ({ text: line, mood }));
}

export const CRYPTO_HEADLINES = [...rows(BULLISH, "bullish"), ...rows(BEARISH, "bearish"), ...rows(NEUTRAL, "neutral")];
