"""From where on a figure deserves a word. All thresholds of the analysis, with their sources.

[MR] Moodle, "Quiz report statistics" (docs.moodle.org/dev/Quiz_report_statistics), the interpretation that the Open
University gives for the same figures; [HD] Haladyna & Downing 1993, "How many options is enough for a multiple-choice
test item?", Educational and Psychological Measurement 53; [EF] Ebel & Frisbie 1991, "Essentials of Educational
Measurement", 5th ed., ch. 13.
"""

# --- The test -------------------------------------------------------------------------------------------------------
MEAN_LOW, MEAN_HIGH = 0.50, 0.75  # [MR] for tests that shall tell people apart
SPREAD_LOW = 0.12  # [MR] standard deviation: scores are too bunched up below it
ALPHA_POOR, ALPHA_GOOD = 0.64, 0.75  # [MR] coefficient of internal consistency
ERROR_RATIO_HIGH = 0.50  # [MR] half of the spread is chance; it belongs to an alpha of 0.75
SKEW_LOW, SKEW_HIGH = (
    -2.0,
    1.0,
)  # [MR] aims at -1 and warns of more than 1; as far on the other side it is "too negative"
KURTOSIS_HIGH = 1.0  # [MR]

# --- A question -----------------------------------------------------------------------------------------------------
EXTREMELY_EASY = 0.95  # [MR] facility
VERY_HARD = 0.10  # [MR] facility: "very difficult"
EXTREMELY_HARD = 0.05  # [MR] facility: "extremely difficult or something wrong with the question"
GUESS_NEAR = 0.10  # ours: a facility that lies further above the guess score is no guessing, however few answered
GUESS_HIGH = 0.40  # [MR] random guess score: unsatisfactory above it
DISCRIMINATION_WEAK = 0.20  # [MR] very weak below it; [EF] "poor"
DISCRIMINATION_GOOD = 0.50  # [MR] very good from here
EFFICIENCY_LOW = 0.50  # [MR]
WEIGHT_APART = 2.0  # ours: effective and intended weight differ by this factor
EMPTY_HIGH = 0.10  # ours: share of missing answers

# --- An option ------------------------------------------------------------------------------------------------------
DISTRACTOR_RARE = 0.05  # [HD] a wrong option that fewer than 5 % choose does not work
KEY_DOUBT = 0.20  # [EF] a wrong option with at least this correlation, and more than the key, attracts those who know

# --- How sure a figure is -------------------------------------------------------------------------------------------
FEW_FOR_CORRELATION = 30  # the standard error of a correlation near 0 is 1/√(n-1): ±0.19 for 30 people
ONE_SIDED = 1.645  # normal quantile of 95 %: "not above chance" is a one-sided test
