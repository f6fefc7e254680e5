# What R's survey package says of the designs in three tables; a row a figure on standard output.
# Usage: Rscript survey.R visits.csv two_stage.csv single.csv
suppressPackageStartupMessages(library(survey))
options(survey.lonely.psu = "fail", warn = 2)
files <- commandArgs(trailingOnly = TRUE)

put <- function(design, figure, value, se = NA) {
  cat(sprintf("%s,%s,%.17g,%.17g\n", design, figure, value, se))
}
both <- function(design, figure, answer) put(design, figure, coef(answer)[[1]], SE(answer)[[1]])

cat("design,figure,value,se\n")
visits <- read.csv(files[1])
for (part in split(visits, visits$design)) {
  name <- part$design[1]
  part$first <- factor(part$failed)
  part$again <- factor(part$second)
  d <- svydesign(id = ~1, strata = ~stratum, fpc = ~N, data = part)
  inside <- subset(d, domain == 1)
  both(name, "share", svymean(~failed, d))
  both(name, "total", svytotal(~score, d))
  both(name, "mean", svymean(~score, d))
  both(name, "ratio", svyratio(~score, ~items, d))
  both(name, "items", svyratio(~agreed, ~items, d))
  both(name, "domain share", svymean(~failed, inside))
  both(name, "domain mean", svymean(~score, inside))
  both(name, "domain total", svytotal(~score, inside))
  put(name, "df", degf(d))
  put(name, "domain df", degf(inside))
  put(name, "deff", deff(svymean(~failed, d, deff = TRUE))[[1]])
  if (length(unique(part$failed)) == 2) {
    # "logit" fits a model, to about 1e-4 of the end; "xlogit" is the same interval in one step.
    for (method in c("xlogit", "beta", "mean")) {
      ends <- attr(svyciprop(~failed, d, method = method, df = degf(d)), "ci")
      put(name, paste(method, "lower"), ends[[1]])
      put(name, paste(method, "upper"), ends[[2]])
    }
  }
  if (nlevels(part$first) == 2 && nlevels(part$again) == 2) {
    both(name, "kappa", svykappa(~ first + again, d))
  }
}

stages <- read.csv(files[2])
for (part in split(stages, stages$design)) {
  d <- svydesign(id = ~ county + unit, fpc = ~ counties + M, data = part)
  both(part$design[1], "two-stage mean", svymean(~score, d))
  both(part$design[1], "two-stage total", svytotal(~score, d))
}

# One visit in each stratum, the strata joined in pairs: the visits keep their own weights.
single <- read.csv(files[3])
for (part in split(single, single$design)) {
  d <- svydesign(id = ~1, strata = ~group, fpc = ~group_N, weights = ~N, data = part)
  both(part$design[1], "collapsed share", svymean(~failed, d))
  both(part$design[1], "collapsed mean", svymean(~score, d))
}
