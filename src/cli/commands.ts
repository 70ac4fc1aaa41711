import { backupCommand } from './backup.ts';
import { channelsAdd } from './channels-add.ts';
import { channelsList } from './channels-list.ts';
import { channelsRemove } from './channels-remove.ts';
import { channelsRotate } from './channels-rotate.ts';
import type { Command } from './command.ts';
import { credentialsAddAdmin, credentialsAddIntegrator, credentialsAddStation } from './credentials-add.ts';
import { credentialsList } from './credentials-list.ts';
import { credentialsRevoke } from './credentials-revoke.ts';
import { credentialsRotate } from './credentials-rotate.ts';
import { doctor } from './doctor.ts';
import { exportCommand } from './export.ts';
import { importCommand } from './import.ts';
import { metricEdit } from './metric-edit.ts';
import { metricList } from './metric-list.ts';
import { rejectedList } from './rejected-list.ts';
import { rejectedReplay } from './rejected-replay.ts';
import { rejectedShow } from './rejected-show.ts';
import { restoreCommand } from './restore.ts';
import { rollupsRebuild } from './rollups-rebuild.ts';
import { retentionDryRun } from './retention-dry-run.ts';
import { retentionList } from './retention-list.ts';
import { retentionRemove } from './retention-remove.ts';
import { retentionResume } from './retention-resume.ts';
import { retentionSet } from './retention-set.ts';
import { start } from './start.ts';
import { stationAdd } from './station-add.ts';
import { stationEdit } from './station-edit.ts';
import { stationList } from './station-list.ts';
import { stationRemove } from './station-remove.ts';
import { stationRename } from './station-rename.ts';

/** Every command, in the order of the help. */
export const commands: readonly Command[] = [
  start,
  doctor,
  stationAdd,
  stationList,
  stationEdit,
  stationRename,
  stationRemove,
  metricList,
  metricEdit,
  credentialsAddStation,
  credentialsAddIntegrator,
  credentialsAddAdmin,
  credentialsList,
  credentialsRotate,
  credentialsRevoke,
  channelsAdd,
  channelsList,
  channelsRotate,
  channelsRemove,
  rejectedList,
  rejectedShow,
  rejectedReplay,
  exportCommand,
  importCommand,
  backupCommand,
  restoreCommand,
  rollupsRebuild,
  retentionDryRun,
  retentionSet,
  retentionList,
  retentionRemove,
  retentionResume,
];
