// facet jobs …: the long work on models that waits, runs or has failed.
import type { Command } from "commander";
import type { Job } from "../../../contract/jobQueue";
import { failureText } from "../../../words/failureText";
import { endedWords, jobFacts, jobKind, jobTitle } from "../../../words/jobWords";
import { chooseByName } from "../chooseByName";
import { t } from "../../../words/language";
import type { CommandContext, Reader } from "../CommandContext";
import { examples } from "../examples";
import { followJob } from "../followJob";
import { valueOf } from "../useOutcome";

const SHORT_ID_CHARACTERS = 8;

export function addJobsCommands(program: Command, context: CommandContext): void {
  const jobs = program
    .command("jobs")
    .description(t("quantizing, measuring, and making fine-tunes: what waits, runs or has failed"))
    .addHelpText(
      "after",
      examples(
        ["facet jobs", t("what waits, runs or has failed")],
        ["facet jobs retry 3f2a", t("one that was interrupted, once more")],
      ),
    );
  jobs
    .command("list", { isDefault: true })
    .alias("ls")
    .description(t("all of them, in the order in which they are done"))
    .action(() => listJobs(context));
  jobs
    .command("cancel")
    .description(t("end a job, or take it out of the queue; nothing half-written is left"))
    .argument("<job>", t("its id, or the beginning of it"))
    .action((wanted: string) => cancelJob(wanted, context));
  jobs
    .command("retry")
    .description(t("start a failed or waiting job, and wait until it is done"))
    .argument("<job>", t("its id, or the beginning of it"))
    .action((wanted: string) => retryJob(wanted, context));
  jobs
    .command("dismiss")
    .description(t("remove a failed job from the list"))
    .argument("<job>", t("its id, or the beginning of it"))
    .action((wanted: string) => dismissJob(wanted, context));
}

async function listJobs({ output, reader }: CommandContext): Promise<void> {
  const jobs = valueOf(await (await reader()).call("jobs.list", undefined));
  output.data(jobs);
  if (jobs.length === 0) output.remark(t("No jobs are waiting, running or failed."));
  else
    output.table(
      [{ head: t("ID") }, { head: t("Job") }, { head: "" }, { head: "" }],
      jobs.map((job) => [shortId(job), jobTitle(job), jobKind(job.start), stateWords(job)]),
    );
}

function stateWords(job: Job): string {
  return job.state.kind === "failed"
    ? t("failed: {reason}", { reason: failureText(job.state.failure).happened })
    : jobFacts(job).join(" · ");
}

async function cancelJob(wanted: string, context: CommandContext): Promise<void> {
  const application = await context.application();
  const job = await chooseJob(wanted, application);
  valueOf(await application.call("jobs.cancel", { id: job.id }));
  context.output.data(job);
  context.output.remark(t("Cancelled: {job}.", { job: jobTitle(job) }));
}

async function retryJob(wanted: string, context: CommandContext): Promise<void> {
  const application = await context.application();
  const job = await chooseJob(wanted, application);
  const done = await application.during(async () => {
    if (job.state.kind === "failed") valueOf(await application.call("jobs.retry", { id: job.id }));
    return followJob(job.id, context);
  });
  context.output.data(done);
  context.output.remark(endedWords(done) ?? "");
}

async function dismissJob(wanted: string, context: CommandContext): Promise<void> {
  const application = await context.application();
  const job = await chooseJob(wanted, application);
  valueOf(await application.call("jobs.dismiss", { id: job.id }));
  context.output.data(job);
  context.output.remark(t("Removed from the list: {job}.", { job: jobTitle(job) }));
}

async function chooseJob(wanted: string, reader: Reader): Promise<Job> {
  const jobs = valueOf(await reader.call("jobs.list", undefined));
  return chooseByName("job", wanted, jobs, (job) => [`${shortId(job)} ${jobTitle(job)}`, job.id, jobTitle(job)]);
}

function shortId({ id }: Job): string {
  return id.slice(0, SHORT_ID_CHARACTERS);
}
