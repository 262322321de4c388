// facet jobs …: the long work on models that waits, runs or has failed.
import type { Command } from "commander";
import type { Job } from "../../../contract/jobQueue";
import { failureText } from "../../../words/failureText";
import { endedWords, jobFacts, jobKind, jobTitle } from "../../../words/jobWords";
import { chooseByName } from "../chooseByName";
import type { CommandContext, Reader } from "../CommandContext";
import { followJob } from "../followJob";
import { valueOf } from "../useOutcome";

const SHORT_ID_CHARACTERS = 8;

export function addJobsCommands(program: Command, context: CommandContext): void {
  const jobs = program
    .command("jobs")
    .description("quantizing, measuring, and making fine-tunes: what waits, runs or has failed")
    .addHelpText(
      "after",
      `
Examples:
  facet jobs                  what there is to do
  facet jobs retry 3f2a       one that was interrupted, once more`,
    );
  jobs
    .command("list", { isDefault: true })
    .alias("ls")
    .description("all of them, in the order in which they are done")
    .action(() => listJobs(context));
  jobs
    .command("cancel")
    .description("end a job, or take it out of the queue; nothing half-written is left")
    .argument("<job>", "its id, or the beginning of it")
    .action((wanted: string) => cancelJob(wanted, context));
  jobs
    .command("retry")
    .description("do a job that has failed or waits, and wait until it is done")
    .argument("<job>", "its id, or the beginning of it")
    .action((wanted: string) => retryJob(wanted, context));
  jobs
    .command("dismiss")
    .description("take the line of a failed job away")
    .argument("<job>", "its id, or the beginning of it")
    .action((wanted: string) => dismissJob(wanted, context));
}

async function listJobs({ output, reader }: CommandContext): Promise<void> {
  const jobs = valueOf(await (await reader()).call("jobs.list", undefined));
  output.data(jobs);
  if (jobs.length === 0) output.remark("Nothing is to be done, and nothing has failed.");
  else
    output.table(
      [{ head: "ID" }, { head: "WHAT" }, { head: "" }, { head: "" }],
      jobs.map((job) => [shortId(job), jobTitle(job), jobKind(job.start), stateWords(job)]),
    );
}

function stateWords(job: Job): string {
  return job.state.kind === "failed" ? `failed: ${failureText(job.state.failure).happened}` : jobFacts(job).join(" · ");
}

async function cancelJob(wanted: string, context: CommandContext): Promise<void> {
  const application = await context.application();
  const job = await chooseJob(wanted, application);
  valueOf(await application.call("jobs.cancel", { id: job.id }));
  context.output.data(job);
  context.output.remark(`Cancelled: ${jobTitle(job)}.`);
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
  context.output.remark(`Taken away: ${jobTitle(job)}.`);
}

async function chooseJob(wanted: string, reader: Reader): Promise<Job> {
  const jobs = valueOf(await reader.call("jobs.list", undefined));
  return chooseByName("job", wanted, jobs, (job) => [`${shortId(job)} ${jobTitle(job)}`, job.id, jobTitle(job)]);
}

function shortId({ id }: Job): string {
  return id.slice(0, SHORT_ID_CHARACTERS);
}
