// The type of the files in deploy/monitoring/grafana/dashboards, from Grafana's own schema. scripts/dashboards.sh checks
// the files with it.
import type { Dashboard, Panel } from '@grafana/schema';
import type { Options as BarGauge } from '@grafana/schema/dist/esm/raw/composable/bargauge/panelcfg/x/BarGaugePanelCfg_types.gen';
import type { Options as Stat } from '@grafana/schema/dist/esm/raw/composable/stat/panelcfg/x/StatPanelCfg_types.gen';

/** The values of a type as JSON has them: the text of an enum instead of its member. */
type Json<T> = T extends string
  ? `${T}`
  : T extends readonly (infer Item)[]
    ? Json<Item>[]
    : T extends object
      ? { [Key in keyof T]: Json<T[Key]> }
      : T;

/** A query of Prometheus; the schema leaves queries open. */
interface Query {
  refId: string;
  expr: string;
  legendFormat: string;
  instant?: true;
}

/** The fields that each panel must have. */
type Common = Omit<Json<Panel>, 'type' | 'options' | 'targets'> &
  Required<Pick<Json<Panel>, 'id' | 'title' | 'gridPos' | 'fieldConfig' | 'datasource'>> & { targets: Query[] };

type PanelOfDigits =
  | (Common & { type: 'stat'; options: Partial<Json<Stat>> })
  | (Common & { type: 'bargauge'; options: Partial<Json<BarGauge>> })
  | (Common & { type: 'timeseries' });

export type DashboardOfDigits = Omit<Json<Dashboard>, 'panels'> &
  Required<Pick<Json<Dashboard>, 'uid' | 'title'>> & { panels: PanelOfDigits[] };
