/**
 * @file Words of market headlines and what they say of the price. Written by hand; a word stands with the endings that it
 * takes. Strong words count double.
 */

/** Expands "rise/rises/rising" groups, separated by white space. */
function words(text: string): readonly string[] {
  return text.trim().split(/\s+/);
}

const GOOD = words(`
  rise rises rising rose increase increases increased increasing gain gains gained gaining climb climbs climbed climbing advance advances advanced jump jumps jumped
  jumping rally rallies rallied rallying rebound rebounds rebounded recover recovers recovered recovery recovering bounce
  bounces bounced up higher upbeat uptick upside uptrend outperform outperforms outperformed overweight upgrade upgrades
  upgraded raise raises raised lift lifts lifted boost boosts boosted beat beats top tops topped exceed exceeds exceeded
  bullish bull bulls buy buying accumulate accumulates accumulated regain regains regained buyback buybacks repurchase strong stronger strongest strength robust solid
  positive optimism optimistic confident confidence hope hopes hopeful promising improve improves improved improving
  improvement growth growing grows expand expands expanded expansion profit profitable profits winner winners win wins won
  approval approves approved clears cleared wins breakthrough success successful breakout momentum highs attractive
  undervalued opportunity relief ease eases eased easing settle settles settled thrive thriving upward favorable hike-in
  adopts adoption partnership partners inflows inflow accelerates accelerate accelerated resilient surprise-beat
  supportive resumes resumed restores restored reinstates oversold bid
`);
const VERY_GOOD = words(`
  soar soars soared soaring surge surges surged surging skyrocket skyrockets skyrocketed rocket rockets record-high booming
  boom booms spike-up blowout stellar all-time-high
`);
const BAD = words(`
  fall falls fell falling decrease decreases decreased decreasing drop drops dropped dropping decline declines declined declining slip slips slipped slipping slide
  slides slid sliding sink sinks sank sinking dip dips dipped down lower downside downtrend downgrade downgrades downgraded
  underperform underperforms underweight cut cuts miss misses missed lag lags lagging loss losses lose loses losing lost
  weak weaker weakest weakness weaken weakens soft softer disappoint disappoints disappointed disappointing disappointment
  negative pessimism pessimistic bearish bear bears sell selling sell-off selloff warn warns warned warning warnings worry
  worries worried concern concerns concerned fear fears feared risk risks risky threat threatens threatened trouble troubled
  struggle struggles struggling pressure pressured headwind headwinds slow slows slowed slowing slowdown sluggish
  contracted contraction shrink shrinks shrank lows lowest lawsuit lawsuits sue sues sued probe probes
  investigation fine fined fines penalty recall recalls delay delays delayed halt halts halted suspend suspends suspended
  layoff layoffs outage outages dilution downbeat hurt hurts hit-by bad worst worse overvalued overbought deficit
  default defaults debt-load shortfall charge-off uncertainty uncertain doubt doubts outflows outflow dump dumps dumping
  dumped restructuring strike strikes ban bans banned rejects rejected reject cancel cancels cancelled canceled
  withdraws turmoil stumble stumbles tariff-hike grim gloomy vulnerable exploit exploited breach delist delists delisting
  delisted liquidated liquidations depeg depegs depegged losers loser red resign resigns subpoena illegal scam
`);
const VERY_BAD = words(`
  plunge plunges plunged plunging crash crashes crashed crashing tumble tumbles tumbled tumbling plummet plummets plummeted
  slump slumps slumped collapse collapses collapsed bankruptcy bankrupt insolvent insolvency crisis fraud hack hacked
  hackers meltdown rout disaster slash slashes slashed wipeout worst-ever panic recession
`);

/** Two or three words that say something else than their parts. */
export const PHRASES: ReadonlyMap<string, number> = new Map([
  ["all-time high", 2],
  ["all time high", 2],
  ["record high", 2],
  ["record highs", 2],
  ["new high", 1.5],
  ["52-week high", 1.5],
  ["new low", -1.5],
  ["record low", -2],
  ["all-time low", -2],
  ["price target raised", 2],
  ["target raised", 2],
  ["price target cut", -2],
  ["target cut", -2],
  ["pt cut", -2],
  ["pt raised", 2],
  ["target lowered", -2],
  ["target trimmed", -1.5],
  ["in the red", -1.5],
  ["in the green", 1.5],
  ["profit warning", -2],
  ["cost cuts", 0],
  ["job cuts", -1.5],
  ["rate cut", 0.5],
  ["rate cuts", 0.5],
  ["rate hike", -0.5],
  ["rate hikes", -0.5],
  ["tax cut", 0.5],
  ["tax cuts", 0.5],
  ["short squeeze", 1.5],
  ["stock split", 0.5],
  ["beats by", 1.5],
  ["misses by", -1.5],
  ["in line", 0],
  ["at risk", -1],
  ["going concern", -2],
  ["chapter 11", -2],
  ["public offering", -1],
  ["stock offering", -1],
  ["share offering", -1],
  ["death cross", -1.5],
  ["golden cross", 1.5],
  ["set up", 0],
  ["start up", 0],
  ["end up", 0],
  ["wake up", 0],
  ["sign up", 0],
  ["pick up", 0],
  ["follow up", 0],
  ["shut down", -1.5],
  ["shuts down", -1.5],
  ["shutting down", -1.5],
  ["lock down", 0],
  ["sit down", 0],
  ["top stories", 0],
  ["top news", 0],
  ["best buy", 0],
  ["hedge fund", 0],
  ["hedge funds", 0],
  ["bear market", -1.5],
  ["bull market", 1.5],
  ["buy rating", 1.5],
  ["sell rating", -1.5],
  ["good stock to buy", 0],
  ["stock to buy", 0],
  ["stocks to buy", 0.5],
  ["strong buy", 1.5],
  ["lost contact", 0],
  ["weighed down", -1],
  ["weighs on", -1],
  ["weigh on", -1],
  ["breaks out", 1.5],
  ["break out", 1.5],
  ["fresh high", 1.5],
  ["fresh low", -1.5],
  ["buys the dip", 1],
  ["buy the dip", 1],
  ["returns funds", 1],
  ["lifts ban", 1.5],
  ["lift ban", 1.5],
  ["lifted ban", 1.5],
  ["fails to hold", -1.5],
  ["risk appetite", 0.5],
  ["risk assets", 0],
]);

/** Words that say that something became more or less, and not yet whether that is good. */
export const MOVES: ReadonlySet<string> = new Set(
  words(`
    rise rises rising rose increase increases increased increasing gain gains gained climb climbs climbed climbing jump jumps
    jumped jumping up higher raise raises raised lift lifts lifted boost boosts boosted growth growing grows expand expands
    soar soars soared surge surges surged accelerate accelerates accelerated fall falls fell falling decrease decreases
    decreased drop drops dropped dropping decline declines declined declining slip slips slipped slide slides sink sinks
    down lower cut cuts shrink shrinks shrank slow slows slowed slowing plunge plunges plunged tumble tumbles tumbled slump
    slumps slash slashes slashed highs lows lowest weaken weakens soften contracted contraction record-high
  `),
);

/** Behind these a headline speaks of something else. */
export const BREAKS: ReadonlySet<string> = new Set(
  words("as after on despite amid while when because by from but and with over following before"),
);

/** Things of which more is worse: what happens to them counts the other way round. */
export const INVERTED: ReadonlySet<string> = new Set(
  words(`
    cost costs fee fees expense expenses inflation claims jobless unemployment yield yields deficit debt loss losses default defaults
    delinquencies volatility vix inventories inventory stockpiles tariff tariffs risk risks fear fears concern concerns
    cases deaths infections bankruptcies layoffs tension tensions outflows liquidations infection rates
  `),
);

export const NEGATIONS: ReadonlySet<string> = new Set(
  words(`
    not no never n't without isn't aren't wasn't weren't won't doesn't don't didn't can't cannot couldn't shouldn't
    hardly barely fails failed fail neither nor unlikely denies deny denied avoids avoid averts avert rejects rejected reject
    dismisses dismissed
  `),
);

export const INTENSIFIERS: ReadonlyMap<string, number> = new Map([
  ["sharply", 1.6],
  ["steeply", 1.6],
  ["massive", 1.5],
  ["huge", 1.5],
  ["big", 1.3],
  ["biggest", 1.4],
  ["strongly", 1.5],
  ["very", 1.3],
  ["significantly", 1.5],
  ["deeply", 1.5],
  ["heavily", 1.4],
  ["most", 1.3],
  ["slightly", 0.6],
  ["modestly", 0.7],
  ["somewhat", 0.7],
  ["marginally", 0.5],
  ["little", 0.6],
  ["may", 0.8],
  ["could", 0.8],
  ["might", 0.7],
]);

export const POLARITY: ReadonlyMap<string, number> = new Map([
  ...GOOD.map((word) => [word, 1] as const),
  ...VERY_GOOD.map((word) => [word, 2] as const),
  ...BAD.map((word) => [word, -1] as const),
  ...VERY_BAD.map((word) => [word, -2] as const),
]);
